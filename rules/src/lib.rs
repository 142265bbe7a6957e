//! The rules of `palisade scan`, one folder each: `rules/<family>/<rule-id>/rule.rs` and
//! `rule.md`. The list of modules is generated from the folders (`cargo xtask generate`).
//!
//! Invariant: adding a rule adds its two files and edits none by hand.

#[rustfmt::skip]
mod generated;
mod prelude;

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
