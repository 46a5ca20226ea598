//! A local SMTP server that keeps what it is sent and can be told to misbehave.

mod mail;
mod session;
mod tls;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    net::TcpListener,
    runtime::Runtime,
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::timeout,
};

pub use self::mail::ReceivedMail;
use self::{session::Session, tls::Certificates};
use super::process::on_free_port;

/// What the server does with the mail that comes from now on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Behaviour {
    /// Takes every mail.
    #[default]
    Accept,
    /// Refuses this recipient for good (550) and takes mail for all others.
    RejectRecipient(String),
    /// Refuses every recipient for now (451) so many times, then takes every mail.
    Busy(u32),
    /// Closes the connection in the middle of every mail's data.
    DropDuringData,
    /// Takes and keeps every mail, then closes the connection instead of saying so.
    LoseTheAnswer,
    /// Accepts connections and never says a word.
    Silent,
    /// Waits so long before every answer, the greeting included.
    Slow(Duration),
}

/// How the server is to be; [`SmtpServer::builder`] makes one.
#[derive(Clone, Debug, Default)]
pub struct SmtpServerBuilder {
    starttls: bool,
    credentials: Option<(String, String)>,
}

impl SmtpServerBuilder {
    /// Offers STARTTLS, with a new certificate for `localhost` and 127.0.0.1, and takes no mail without it.
    #[must_use]
    pub fn starttls(mut self) -> Self {
        self.starttls = true;
        self
    }

    /// Takes mail only from this user (AUTH PLAIN or LOGIN); where there is STARTTLS, asked for only behind it.
    #[must_use]
    pub fn credentials(mut self, user: &str, password: &str) -> Self {
        self.credentials = Some((user.to_owned(), password.to_owned()));
        self
    }

    /// Starts the server on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// When no port can be had.
    #[must_use]
    pub fn start(self) -> SmtpServer {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("smtp-server")
            .enable_all()
            .build()
            .expect("a thread can be started");
        let shared = Shared {
            certificates: self.starttls.then(Certificates::new),
            credentials: self.credentials,
            behaviour: Mutex::default(),
            mails: watch::Sender::new(Vec::new()),
        };
        let listener = on_free_port(|port| listen(port).map_err(|error| error.to_string())).expect("some port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let server = SmtpServer { port, shared: Arc::new(shared), runtime: Some(runtime), accepting: Mutex::default() };
        server.serve(listener);
        server
    }
}

/// A real SMTP server within the test process; it stops when it is dropped.
pub struct SmtpServer {
    port: u16,
    shared: Arc<Shared>,
    /// Its own, so that it answers also while the test's only thread is busy.
    runtime: Option<Runtime>,
    accepting: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    certificates: Option<Certificates>,
    credentials: Option<(String, String)>,
    behaviour: Mutex<Behaviour>,
    mails: watch::Sender<Vec<ReceivedMail>>,
}

impl SmtpServer {
    /// A server that takes every mail, with neither TLS nor a password.
    #[must_use]
    pub fn start() -> Self {
        Self::builder().start()
    }

    /// A server with TLS, a password, or both.
    #[must_use]
    pub fn builder() -> SmtpServerBuilder {
        SmtpServerBuilder::default()
    }

    /// The port that it listens on; it stays the same when the server is started again.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The certificate authority to trust, in PEM; none without STARTTLS.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.shared.certificates.as_ref().map(Certificates::ca_pem)
    }

    /// Changes what the server does from its next answer on; whether the answer to a mail that can be seen is lost is decided already.
    pub fn behave(&self, behaviour: Behaviour) {
        *self.shared.behaviour.lock().unwrap_or_else(PoisonError::into_inner) = behaviour;
    }

    /// The mails taken so far, in the order they came.
    #[must_use]
    pub fn mails(&self) -> Vec<ReceivedMail> {
        self.shared.mails.borrow().clone()
    }

    /// The mails taken as soon as there are `count` or more of them.
    ///
    /// # Panics
    /// When that takes longer than `within`; the message tells what came.
    pub async fn wait_for_mails(&self, count: usize, within: Duration) -> Vec<ReceivedMail> {
        let mut mails = self.shared.mails.subscribe();
        let Ok(outcome) = timeout(within, mails.wait_for(|mails| mails.len() >= count)).await else {
            panic!("expected {count} mails within {within:?}, got {:#?}", self.mails());
        };
        outcome.expect("we hold the sender").clone()
    }

    /// Refuses connections and closes those that are open; the mails stay.
    pub async fn stop(&self) {
        let accepting = self.accepting.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(accepting) = accepting {
            accepting.abort();
            // It ends as cancelled, which is what we want.
            let _ = accepting.await;
        }
    }

    /// Listens on the same port again, after [`stop`](Self::stop).
    ///
    /// # Panics
    /// When it still runs, or another program took the port.
    pub async fn restart(&self) {
        self.stop().await;
        self.serve(listen(self.port).unwrap_or_else(|error| panic!("port {} is lost: {error}", self.port)));
    }

    fn serve(&self, listener: std::net::TcpListener) {
        let runtime = self.runtime.as_ref().expect("drop alone takes it");
        let accepting = runtime.spawn(accept(listener, Arc::clone(&self.shared)));
        *self.accepting.lock().unwrap_or_else(PoisonError::into_inner) = Some(accepting);
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        // A runtime may not be waited for within another.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn listen(port: u16) -> std::io::Result<std::net::TcpListener> {
    let listener = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Serves until it is aborted; the set then takes every open connection with it.
async fn accept(listener: std::net::TcpListener, shared: Arc<Shared>) {
    let listener = TcpListener::from_std(listener).expect("the listener does not block");
    let mut sessions = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        // A client that goes away in the middle is the client's affair.
        sessions.spawn(Session::new(Arc::clone(&shared)).run(stream));
        while sessions.try_join_next().is_some() {}
    }
}
