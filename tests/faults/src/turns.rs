use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

static MACHINE: RwLock<()> = RwLock::const_new(());

/// Waits until no other test of this process runs, and keeps the others waiting: for tests that compare times.
pub async fn alone() -> RwLockWriteGuard<'static, ()> {
    MACHINE.write().await
}

/// Waits until no test that wants to be alone runs.
pub async fn among_others() -> RwLockReadGuard<'static, ()> {
    MACHINE.read().await
}
