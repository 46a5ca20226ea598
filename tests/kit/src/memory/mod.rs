//! The library in memory: one state behind one mutex, and an adapter a file for each storage port.

mod accounts;
mod books;
mod claims;
mod credentials;
mod library;
mod loans;
mod members;
mod notifications;
mod outage;
mod refresh_tokens;
mod rivals;
mod state;
mod store;
mod unit;

pub use library::InMemoryLibrary;
pub use outage::Port;
pub use rivals::Rival;
