use actix_web::{
    Error, HttpRequest,
    body::MessageBody,
    dev::{Extensions, ServiceRequest, ServiceResponse},
    middleware::Next,
    rt::{self, net::TcpStream},
};
use std::{
    any::Any,
    cell::Cell,
    net::Shutdown,
    os::fd::AsFd,
    rc::{Rc, Weak},
    time::{Duration, Instant},
};

/// A connection, and since when nothing has been asked on it; `None` while a request is being answered.
struct Watched {
    socket: std::net::TcpStream,
    quiet_since: Cell<Option<Instant>>,
}

/// For `on_connect`: closes a connection on which no request has been asked for so long.
///
/// actix-web limits the time for the head of a connection's first request, and for waiting between two; a client that then sends one byte of
/// the next head, goes on with a body that nobody reads, or does not read its answer, would hold its connection for as long as it likes.
pub fn close_when_quiet(limit: Duration) -> impl Fn(&dyn Any, &mut Extensions) + Send + Sync + 'static {
    move |stream, extensions| {
        let Some(stream) = stream.downcast_ref::<TcpStream>() else { return };
        // A descriptor of its own: the stream belongs to actix-web.
        let socket = match stream.as_fd().try_clone_to_owned() {
            Ok(descriptor) => descriptor.into(),
            Err(error) => {
                tracing::warn!(%error, "connection_not_watched");
                return;
            }
        };
        let watched = Rc::new(Watched { socket, quiet_since: Cell::new(Some(Instant::now())) });
        rt::spawn(watch(Rc::downgrade(&watched), limit));
        extensions.insert(watched);
    }
}

/// The middleware that notes when a connection is asked something, and when it has been answered.
///
/// # Errors
/// None of its own.
pub async fn note_requests<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let busy = Busy::on(request.request());
    let response = next.call(request).await;
    drop(busy);
    response
}

/// A request that is being answered, until this is dropped.
struct Busy(Option<Rc<Watched>>);

impl Busy {
    fn on(request: &HttpRequest) -> Self {
        let watched = request.conn_data::<Rc<Watched>>().cloned();
        if let Some(watched) = &watched {
            watched.quiet_since.set(None);
        }
        Self(watched)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some(watched) = &self.0 {
            watched.quiet_since.set(Some(Instant::now()));
        }
    }
}

/// Sleeps until the connection could have been quiet for too long, and looks again, until it has been or is gone.
async fn watch(connection: Weak<Watched>, limit: Duration) {
    while let Some(watched) = connection.upgrade() {
        let left = watched.quiet_since.get().map_or(limit, |since| limit.saturating_sub(since.elapsed()));
        if left.is_zero() {
            // It is closed already where this fails.
            watched.socket.shutdown(Shutdown::Both).ok();
            return;
        }
        drop(watched);
        rt::time::sleep(left).await;
    }
}

#[cfg(test)]
mod tests;
