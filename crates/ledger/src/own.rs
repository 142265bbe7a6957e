//! What the ledger itself has to tell: its own events.

use crate::error::LedgerError;
use crate::writer::Parts;
use palisade_event::{Class, Draft, Event, activity};

/// Bytes that were found behind the last event and set aside.
pub(crate) fn set_aside(parts: &Parts, file: &str, bytes: u64) -> Result<Event, LedgerError> {
    let draft = lifecycle(parts, activity::lifecycle::RESTART)
        .set("unmapped.set_aside.file", file)
        .set("unmapped.set_aside.bytes", bytes);
    build(draft)
}

fn lifecycle(parts: &Parts, activity: u8) -> Draft {
    let product = &parts.product;
    let now = i64::try_from(parts.clock.now()).unwrap_or(i64::MAX);
    Draft::new(Class::ApplicationLifecycle, activity, now)
        .set("app.name", product.name.as_str())
        .set("app.vendor_name", product.vendor_name.as_str())
        .set("app.version", product.version.as_str())
}

/// The event of a draft.
pub(crate) fn build(draft: Draft) -> Result<Event, LedgerError> {
    draft.build().map_err(|errors| LedgerError::Own {
        reason: errors.first().map(ToString::to_string).unwrap_or_default(),
    })
}
