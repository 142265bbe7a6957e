//! From an event to what is written: completed, sealed and hashed in the thread that appends, so
//! that the one that writes does nothing but write.

use crate::error::{AppendError, LedgerError};
use crate::ledger::{Ledger, Pending, Receipt};
use crate::store::random;
use crate::writer::{Parts, Ready};
use palisade_event::{Event, Private, Record, Stamp, uuid};
use palisade_tlog::leaf_hash;
use std::sync::Arc;

impl Ledger {
    /// Appends an event. The receipt is given once it lasts: what the event tells of may take
    /// effect then.
    ///
    /// Whoever drops the future before that does not take the event back.
    ///
    /// # Errors
    /// When the event does not fit, and when the ledger has stopped.
    pub async fn append(&self, event: Event) -> Result<Receipt, AppendError> {
        let ready = ready(self.parts(), event, Record::Before)?;
        Ok(self.append_ready(ready).await?)
    }

    /// The same for a thread that may block, such as a command's: nearly as fast as the disk is for
    /// one event after the other.
    ///
    /// # Errors
    /// When the event does not fit, and when the ledger has stopped.
    ///
    /// # Panics
    /// Inside of a task of an asynchronous runtime.
    pub fn append_blocking(&self, event: Event) -> Result<Receipt, AppendError> {
        let ready = ready(self.parts(), event, Record::Before)?;
        Ok(self.append_ready_blocking(ready)?)
    }

    /// Hands an event to the writer, and gives back what the receipt comes through: so many can be
    /// on their way at once, in order.
    ///
    /// # Errors
    /// When the event does not fit, and when the ledger has stopped.
    pub async fn submit(&self, event: Event, record: Record) -> Result<Pending, AppendError> {
        let ready = ready(self.parts(), event, record)?;
        Ok(self.submit_ready(ready).await?)
    }

    /// Appends an event that need not last before what it tells of takes effect: this returns once
    /// it is in the next commit but one at the latest. What is lost in a crash is what came within
    /// the time of two commits.
    ///
    /// # Errors
    /// When the event does not fit, and when the ledger has stopped.
    pub async fn append_batched(&self, event: Event) -> Result<(), AppendError> {
        let ready = ready(self.parts(), event, Record::Batched)?;
        Ok(self.queue(ready).await?)
    }

    /// Appends an event from where nobody can wait, such as the end of a task that was cancelled.
    /// It is not held back by what waits already, so whoever uses it bounds its number otherwise.
    ///
    /// # Errors
    /// When the event does not fit, and when the ledger has stopped.
    pub fn append_detached(&self, event: Event) -> Result<(), AppendError> {
        let ready = ready(self.parts(), event, Record::Batched)?;
        Ok(self.queue_detached(ready)?)
    }
}

/// Makes an event ready to be written.
pub(crate) fn ready(parts: &Parts, event: Event, record: Record) -> Result<Ready, AppendError> {
    let uid = uuid(random().map_err(Arc::new)?);
    let complete = event.complete(&Stamp {
        product: &parts.product,
        logged_time: i64::try_from(parts.clock.now()).unwrap_or(i64::MAX),
        uid: &uid,
        record,
    });
    let mut salts = Salts::default();
    let sealed = complete.seal(|| salts.next())?;
    if salts.failed {
        return Err(Arc::new(LedgerError::Random).into());
    }
    Ok(Ready {
        hash: leaf_hash(&sealed.leaf),
        private: Private::encode(&sealed.private),
        leaf: sealed.leaf,
    })
}

/// Salts, sixteen at a time: asking for randomness costs more than the bytes do.
#[derive(Default)]
struct Salts {
    bytes: Vec<[u8; 16]>,
    failed: bool,
}

impl Salts {
    fn next(&mut self) -> [u8; 16] {
        if self.bytes.is_empty() {
            match random::<256>() {
                Ok(bytes) => self.bytes.extend(bytes.as_chunks().0),
                Err(_) => self.failed = true,
            }
        }
        self.bytes.pop().unwrap_or_default()
    }
}
