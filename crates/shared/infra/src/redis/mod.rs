//! The connections to one Redis, which the caches and the limits of a server share: every command has a time limit.

mod address;
mod connections;
mod lease;
mod script;
mod tracking;

pub use address::RedisAddress;
pub use connections::{RedisCommandError, RedisConnectError, RedisConnections};
pub use script::RedisScript;
pub use tracking::{KeyTracking, TrackedKeys};
