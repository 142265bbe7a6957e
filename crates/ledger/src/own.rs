//! What the ledger itself has to tell: its own events.

use crate::deeds::Deed;
use crate::error::LedgerError;
use crate::writer::Parts;
use palisade_event::{Class, Draft, Event, activity};
use serde_json::Value;

/// Bytes that were found behind the last event and set aside.
pub(crate) fn set_aside(parts: &Parts, file: &str, bytes: u64) -> Result<Event, LedgerError> {
    let draft = lifecycle(parts, activity::lifecycle::RESTART)
        .set("unmapped.set_aside.file", file)
        .set("unmapped.set_aside.bytes", bytes);
    build(draft)
}

/// A deed of the ledger's own. What it says stands in the leaf, in plain text; of the reason, which
/// may speak of somebody, there is a commitment only.
pub(crate) fn deed(parts: &Parts, deed: &Deed, reason: &str) -> Result<Event, LedgerError> {
    let (activity, name) = match deed {
        Deed::Hold { name, .. } => (activity::entity::ENABLE, name.as_str()),
        Deed::Release { name } => (activity::entity::DISABLE, name.as_str()),
        Deed::Expire { .. } => (activity::entity::DELETE, "expired events"),
        Deed::Erase { .. } => (activity::entity::DELETE, "personal fields of one subject"),
        Deed::Rekey { .. } => (activity::entity::UPDATE, "keys of segments"),
        Deed::Restore { .. } => (activity::entity::CREATE, "ledger from a backup"),
    };
    // INVARIANT: numbers and texts can always be written as JSON.
    let detail = serde_json::to_string(deed).unwrap_or_default();
    let now = i64::try_from(parts.clock.now()).unwrap_or(i64::MAX);
    let draft = Draft::new(Class::EntityManagement, activity, now)
        .set("entity.name", name)
        .set("entity.type", DEED)
        .set("entity.type_id", 99)
        .set("entity.uid", detail);
    build(match reason {
        "" => draft,
        reason => draft.set("comment", reason),
    })
}

const DEED: &str = "palisade ledger deed 1";

/// The deed that an event tells of.
pub(crate) fn read_deed(event: &Value) -> Option<Deed> {
    let entity = event.get("entity")?;
    let text = |name| entity.get(name).and_then(Value::as_str);
    match text("type") {
        Some(DEED) => serde_json::from_str(text("uid")?).ok(),
        _ => None,
    }
}

/// When the ledger recorded an event, in milliseconds since 1970.
pub(crate) fn logged_time(event: &Value) -> Option<i64> {
    let of = |part: &str| event.get(part)?.get("logged_time")?.as_i64();
    // Where the event brought its own, the ledger's stands apart.
    of("palisade").or_else(|| of("metadata"))
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
