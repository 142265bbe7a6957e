//! Locks whose content stays whole whatever panics: each change is one call.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Takes a lock, also after somebody has panicked with it.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
