//! Whether an event's source stands in a list. What an event says about where it is from is not
//! verified by anybody: it is only matched.

use crate::config::Source;
use crate::reason::Reason;
use crate::request::{Occurrence, SourceKind};
use palisade_core::fits_wildcards;
use serde_json::Value;
use std::sync::Arc;

/// The first source of the configuration that an event fits.
pub(crate) fn find(sources: &[Arc<Source>], event: &Occurrence) -> Result<Arc<Source>, Reason> {
    let of_kind = sources.iter().filter(|source| source.kind == event.kind);
    let of_kind: Vec<&Arc<Source>> = of_kind.collect();
    let first = of_kind.first().ok_or(Reason::NoRoute)?;
    let mut code = "function-not-listed";
    if event.kind == SourceKind::Direct && event.function.is_none() {
        // It says nothing at all: for which function it is would be a guess.
        code = "function-not-said";
        if of_kind
            .iter()
            .any(|source| source.function != first.function)
        {
            return Err(Reason::Source { code });
        }
    }
    let is_for = |source: &Source| {
        let function = event.function.as_ref();
        function.is_none_or(|function| *function == source.function)
    };
    for source in of_kind.into_iter().filter(|source| is_for(source)) {
        match fits(source, event) {
            Ok(()) => return Ok(source.clone()),
            Err(found) => code = found,
        }
    }
    Err(Reason::Source { code })
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
