//! What the binary can be asked to do, one command a file.

mod healthcheck;
mod migrate;
mod notifications;
mod serve;

pub use healthcheck::healthcheck;
pub use migrate::migrate;
pub use notifications::{list_notifications, retry_notifications};
pub use serve::{dev, serve};
