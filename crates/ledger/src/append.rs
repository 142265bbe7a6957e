//! From an event to what is written: completed, sealed and hashed in the thread that appends, so
//! that the one that writes does nothing but write.

use crate::error::{AppendError, LedgerError};
use crate::ledger::{Ledger, Pending, Receipt};
use crate::store::unguessable;
use crate::writer::{Parts, Ready};
use palisade_event::{Draft, Event, EventError, Fill, Form, Private, Record, Stamp, uuid};
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
        let ready = self.ready(event, record)?;
        Ok(self.submit_ready(ready).await?)
    }

    /// Seals an event, for one of the ways to append it.
    ///
    /// # Errors
    /// When the event does not fit.
    pub fn ready(&self, event: Event, record: Record) -> Result<Ready, AppendError> {
        ready(self.parts(), event, record)
    }

    /// A form for events that are appended to this ledger, so or so.
    ///
    /// # Errors
    /// All that is wrong with the event, see [`Form::new`].
    pub fn form(
        &self,
        draft: Draft,
        open: &[(&str, Fill<'_>)],
        record: Record,
    ) -> Result<Form, Vec<EventError>> {
        Form::new(draft, open, &self.parts().product, record)
    }

    /// Fills a form in, for one of the ways to append what it becomes.
    ///
    /// # Errors
    /// When the values don't fit.
    pub fn fill(&self, form: &Form, values: &[(&str, Fill<'_>)]) -> Result<Ready, AppendError> {
        let parts = self.parts();
        let mut salts = Salts::default();
        let uid = uuid(salts.next());
        let filled = form.fill(values, logged_time(parts), &uid, || salts.next())?;
        salts.check()?;
        Ok(Ready::new(filled.leaf, filled.private))
    }
}

fn logged_time(parts: &Parts) -> i64 {
    i64::try_from(parts.clock.now()).unwrap_or(i64::MAX)
}

/// Makes an event ready to be written.
pub(crate) fn ready(parts: &Parts, event: Event, record: Record) -> Result<Ready, AppendError> {
    let mut salts = Salts::default();
    let uid = uuid(salts.next());
    let complete = event.complete(&Stamp {
        product: &parts.product,
        logged_time: logged_time(parts),
        uid: &uid,
        record,
    });
    let sealed = complete.seal(|| salts.next())?;
    salts.check()?;
    let private = Private::encode(&sealed.private);
    Ok(Ready::new(sealed.leaf, private))
}

impl Ready {
    fn new(leaf: Vec<u8>, private: Vec<u8>) -> Self {
        Self {
            hash: leaf_hash(&leaf),
            leaf,
            private,
        }
    }
}

/// Salts, and whether there were any: who takes them can't stop half-way.
#[derive(Default)]
struct Salts {
    failed: Option<LedgerError>,
}

impl Salts {
    fn next(&mut self) -> [u8; 16] {
        unguessable().unwrap_or_else(|error| {
            self.failed = Some(error);
            [0; 16]
        })
    }

    fn check(self) -> Result<(), AppendError> {
        match self.failed {
            Some(error) => Err(Arc::new(error).into()),
            None => Ok(()),
        }
    }
}
