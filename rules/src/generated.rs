//! The list of rules. Made by `cargo xtask generate` from the folders; not edited by hand.

use palisade_rule::RuleEntry;

#[path = "../trust/confused-deputy-permission/rule.rs"]
mod confused_deputy_permission;
#[path = "../supply-chain/foreign-layer/rule.rs"]
mod foreign_layer;
#[path = "../identity/insecure-app-client/rule.rs"]
mod insecure_app_client;
#[path = "../deployment/mixed-environments/rule.rs"]
mod mixed_environments;
#[path = "../logging/no-invocation-trail/rule.rs"]
mod no_invocation_trail;
#[path = "../trust/open-event-source/rule.rs"]
mod open_event_source;
#[path = "../identity/open-sign-up/rule.rs"]
mod open_sign_up;
#[path = "../identity/pool-without-mfa/rule.rs"]
mod pool_without_mfa;
#[path = "../identity/pool-without-threat-protection/rule.rs"]
mod pool_without_threat_protection;
#[path = "../trust/public-function/rule.rs"]
mod public_function;
#[path = "../trust/public-layer/rule.rs"]
mod public_layer;
#[path = "../secrets/secret-in-template/rule.rs"]
mod secret_in_template;
#[path = "../identity/shared-role/rule.rs"]
mod shared_role;
#[path = "../data/unclassified-data/rule.rs"]
mod unclassified_data;
#[path = "../messaging/unencrypted-queue/rule.rs"]
mod unencrypted_queue;
#[path = "../supply-chain/unpinned-image/rule.rs"]
mod unpinned_image;
#[path = "../supply-chain/unpinned-layer/rule.rs"]
mod unpinned_layer;
#[path = "../identity/weak-password-policy/rule.rs"]
mod weak_password_policy;
#[path = "../supply-chain/writable-code-bucket/rule.rs"]
mod writable_code_bucket;

/// Every rule, by family and id.
pub static ALL: &[RuleEntry] = &[
    RuleEntry {
        family: "data",
        rule: &unclassified_data::RULE,
        page: include_str!("../data/unclassified-data/rule.md"),
    },
    RuleEntry {
        family: "deployment",
        rule: &mixed_environments::RULE,
        page: include_str!("../deployment/mixed-environments/rule.md"),
    },
    RuleEntry {
        family: "identity",
        rule: &insecure_app_client::RULE,
        page: include_str!("../identity/insecure-app-client/rule.md"),
    },
    RuleEntry {
        family: "identity",
        rule: &open_sign_up::RULE,
        page: include_str!("../identity/open-sign-up/rule.md"),
    },
    RuleEntry {
        family: "identity",
        rule: &pool_without_mfa::RULE,
        page: include_str!("../identity/pool-without-mfa/rule.md"),
    },
    RuleEntry {
        family: "identity",
        rule: &pool_without_threat_protection::RULE,
        page: include_str!("../identity/pool-without-threat-protection/rule.md"),
    },
    RuleEntry {
        family: "identity",
        rule: &shared_role::RULE,
        page: include_str!("../identity/shared-role/rule.md"),
    },
    RuleEntry {
        family: "identity",
        rule: &weak_password_policy::RULE,
        page: include_str!("../identity/weak-password-policy/rule.md"),
    },
    RuleEntry {
        family: "logging",
        rule: &no_invocation_trail::RULE,
        page: include_str!("../logging/no-invocation-trail/rule.md"),
    },
    RuleEntry {
        family: "messaging",
        rule: &unencrypted_queue::RULE,
        page: include_str!("../messaging/unencrypted-queue/rule.md"),
    },
    RuleEntry {
        family: "secrets",
        rule: &secret_in_template::RULE,
        page: include_str!("../secrets/secret-in-template/rule.md"),
    },
    RuleEntry {
        family: "supply-chain",
        rule: &foreign_layer::RULE,
        page: include_str!("../supply-chain/foreign-layer/rule.md"),
    },
    RuleEntry {
        family: "supply-chain",
        rule: &unpinned_image::RULE,
        page: include_str!("../supply-chain/unpinned-image/rule.md"),
    },
    RuleEntry {
        family: "supply-chain",
        rule: &unpinned_layer::RULE,
        page: include_str!("../supply-chain/unpinned-layer/rule.md"),
    },
    RuleEntry {
        family: "supply-chain",
        rule: &writable_code_bucket::RULE,
        page: include_str!("../supply-chain/writable-code-bucket/rule.md"),
    },
    RuleEntry {
        family: "trust",
        rule: &confused_deputy_permission::RULE,
        page: include_str!("../trust/confused-deputy-permission/rule.md"),
    },
    RuleEntry {
        family: "trust",
        rule: &open_event_source::RULE,
        page: include_str!("../trust/open-event-source/rule.md"),
    },
    RuleEntry {
        family: "trust",
        rule: &public_function::RULE,
        page: include_str!("../trust/public-function/rule.md"),
    },
    RuleEntry {
        family: "trust",
        rule: &public_layer::RULE,
        page: include_str!("../trust/public-layer/rule.md"),
    },
];
