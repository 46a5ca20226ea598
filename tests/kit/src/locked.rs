use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a mutex whose value stays whole even where a holder panicked: every change here is made in one piece.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
