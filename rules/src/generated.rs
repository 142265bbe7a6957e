//! The list of rules. Made by `cargo xtask generate` from the folders; not edited by hand.

use palisade_rule::RuleEntry;

#[path = "../functions/deprecated-runtime/rule.rs"]
mod deprecated_runtime;
#[path = "../functions/environment-without-customer-key/rule.rs"]
mod environment_without_customer_key;
#[path = "../functions/function-outside-vpc/rule.rs"]
mod function_outside_vpc;
#[path = "../functions/no-failure-destination/rule.rs"]
mod no_failure_destination;
#[path = "../functions/no-reserved-concurrency/rule.rs"]
mod no_reserved_concurrency;
#[path = "../functions/no-tracing/rule.rs"]
mod no_tracing;
#[path = "../functions/runtime-near-end/rule.rs"]
mod runtime_near_end;
#[path = "../functions/secret-in-environment/rule.rs"]
mod secret_in_environment;
#[path = "../messaging/unencrypted-queue/rule.rs"]
mod unencrypted_queue;
#[path = "../functions/unsigned-code/rule.rs"]
mod unsigned_code;

/// Every rule, by family and id.
pub static ALL: &[RuleEntry] = &[
    RuleEntry {
        family: "functions",
        rule: &deprecated_runtime::RULE,
        page: include_str!("../functions/deprecated-runtime/rule.md"),
    },
    RuleEntry {
        family: "functions",
        rule: &environment_without_customer_key::RULE,
        page: include_str!("../functions/environment-without-customer-key/rule.md"),
    },
    RuleEntry {
        family: "functions",
        rule: &function_outside_vpc::RULE,
        page: include_str!("../functions/function-outside-vpc/rule.md"),
    },
    RuleEntry {
        family: "functions",
        rule: &no_failure_destination::RULE,
        page: include_str!("../functions/no-failure-destination/rule.md"),
    },
    RuleEntry {
        family: "functions",
        rule: &no_reserved_concurrency::RULE,
        page: include_str!("../functions/no-reserved-concurrency/rule.md"),
    },
    RuleEntry {
        family: "functions",
        rule: &no_tracing::RULE,
        page: include_str!("../functions/no-tracing/rule.md"),
    },
    RuleEntry {
        family: "functions",
        rule: &runtime_near_end::RULE,
        page: include_str!("../functions/runtime-near-end/rule.md"),
    },
    RuleEntry {
        family: "functions",
        rule: &secret_in_environment::RULE,
        page: include_str!("../functions/secret-in-environment/rule.md"),
    },
    RuleEntry {
        family: "functions",
        rule: &unsigned_code::RULE,
        page: include_str!("../functions/unsigned-code/rule.md"),
    },
    RuleEntry {
        family: "messaging",
        rule: &unencrypted_queue::RULE,
        page: include_str!("../messaging/unencrypted-queue/rule.md"),
    },
];
