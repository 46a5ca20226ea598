//! What the machine can do at best: the same work without the service.

pub mod argon2id;
pub mod pgbench;
pub mod redis_benchmark;
pub mod sqlite;
