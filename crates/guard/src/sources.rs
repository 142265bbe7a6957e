//! Whether an event's source stands in a list. What an event says about where it is from is not
//! verified by anybody: it is only matched.

use crate::config::Source;
use crate::reason::Reason;
use crate::request::Occurrence;
use palisade_core::fits_wildcards;
use serde_json::Value;
use std::sync::Arc;

/// The first source of the configuration that an event fits.
pub(crate) fn find(sources: &[Arc<Source>], event: &Occurrence) -> Result<Arc<Source>, Reason> {
    let mut of_kind = sources
        .iter()
        .filter(|source| source.kind == event.kind)
        .peekable();
    if of_kind.peek().is_none() {
        return Err(Reason::NoRoute);
    }
    let mut reason = Reason::NoRoute;
    for source in of_kind {
        match fits(source, event) {
            Ok(()) => return Ok(source.clone()),
            Err(code) => reason = Reason::Source { code },
        }
    }
    Err(reason)
}

fn fits(source: &Source, event: &Occurrence) -> Result<(), &'static str> {
    let text = |name: &str| event.origin.get(name).and_then(Value::as_str);
    let lists = [
        ("account", &source.accounts, "account-not-listed"),
        ("arn", &source.arns, "arn-not-listed"),
        ("bucket", &source.buckets, "bucket-not-listed"),
        ("bus", &source.buses, "bus-not-listed"),
    ];
    for (name, list, code) in lists {
        let is_listed = |value: &str| list.iter().any(|pattern| fits_wildcards(pattern, value));
        if !list.is_empty() && !text(name).is_some_and(is_listed) {
            return Err(code);
        }
    }
    Ok(())
}
