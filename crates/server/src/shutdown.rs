use std::{io, time::Duration};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// How long what is in flight has to end.
pub const LIMIT: Duration = Duration::from_secs(30);

/// For how long responses tell clients to close before the listener goes: an idle connection that is cut looks to its client like a
/// failed request.
pub const FAREWELL: Duration = Duration::from_millis(1_500);

/// A token that is cancelled by SIGTERM or SIGINT.
///
/// # Errors
/// Where the signals cannot be listened for.
pub fn on_signal() -> io::Result<CancellationToken> {
    let token = CancellationToken::new();
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let cancelled = token.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("shutdown_started");
        cancelled.cancel();
    });
    Ok(token)
}
