//! The library's server.

use std::process::ExitCode;

/// Gives memory that is no longer used back to the system, in the background; glibc's allocator keeps that of every password hash.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[tokio::main]
async fn main() -> ExitCode {
    library_server::run().await
}
