//! The list of rules. Made by `cargo xtask generate` from the folders; not edited by hand.

use palisade_rule::RuleEntry;

#[path = "../messaging/unencrypted-queue/rule.rs"]
mod unencrypted_queue;

/// Every rule, by family and id.
pub static ALL: &[RuleEntry] = &[
    RuleEntry {
        family: "messaging",
        rule: &unencrypted_queue::RULE,
        page: include_str!("../messaging/unencrypted-queue/rule.md"),
    },
];
