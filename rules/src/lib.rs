//! The rules of `palisade scan`, one folder each: `rules/<family>/<rule-id>/rule.rs` and
//! `rule.md`. The list of modules is generated from the folders (`cargo xtask generate`).
//!
//! What several rules need stands in modules here (`outsiders`, `ports`, `secret_values` …), one
//! definition of each thing; a rule does not reach into another one.
//!
//! Invariant: adding a rule adds its two files and edits none by hand.

mod event_sources;
mod extent;
#[rustfmt::skip]
mod generated;
mod layers;
mod outsiders;
mod permissions;
mod ports;
mod prelude;
mod resource_policies;
mod routes;
mod runtimes;
mod secret_values;
mod strangers;
mod unbound;

pub use generated::ALL;

use palisade_rule::RuleEntry;

/// The rule with this id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static RuleEntry> {
    ALL.iter().find(|entry| entry.rule.id == id)
}

/// The rules that can give a foreign id.
pub fn by_alias(alias: &str) -> impl Iterator<Item = &'static RuleEntry> {
    ALL.iter()
        .filter(move |entry| entry.rule.aliases.contains(&alias))
}
