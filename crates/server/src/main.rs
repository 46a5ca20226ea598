//! The library's server.

use std::process::ExitCode;

/// Gives the memory of a password hash back to the system when the hash is done, which glibc's allocator does not.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    library_server::run().await
}
