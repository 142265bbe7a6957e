//! The list of rules. Made by `cargo xtask generate` from the folders; not edited by hand.

use palisade_rule::RuleEntry;

#[path = "../api/api-below-tls-floor/rule.rs"]
mod api_below_tls_floor;
#[path = "../api/bodies-in-logs/rule.rs"]
mod bodies_in_logs;
#[path = "../api/guest-access-identity-pool/rule.rs"]
mod guest_access_identity_pool;
#[path = "../api/ignored-authorizer/rule.rs"]
mod ignored_authorizer;
#[path = "../api/no-api-access-log/rule.rs"]
mod no_api_access_log;
#[path = "../api/no-api-cache/rule.rs"]
mod no_api_cache;
#[path = "../api/no-client-certificate/rule.rs"]
mod no_client_certificate;
#[path = "../api/no-execution-log/rule.rs"]
mod no_execution_log;
#[path = "../api/no-log4j-rule/rule.rs"]
mod no_log4j_rule;
#[path = "../api/no-request-validation/rule.rs"]
mod no_request_validation;
#[path = "../api/no-throttling/rule.rs"]
mod no_throttling;
#[path = "../api/no-web-acl/rule.rs"]
mod no_web_acl;
#[path = "../api/open-cors/rule.rs"]
mod open_cors;
#[path = "../api/open-function-url/rule.rs"]
mod open_function_url;
#[path = "../api/open-graphql-api/rule.rs"]
mod open_graphql_api;
#[path = "../api/unauthenticated-route/rule.rs"]
mod unauthenticated_route;
#[path = "../api/unencrypted-api-cache/rule.rs"]
mod unencrypted_api_cache;
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
#[path = "../functions/unsigned-code/rule.rs"]
mod unsigned_code;
#[path = "../messaging/unencrypted-queue/rule.rs"]
mod unencrypted_queue;

/// Every rule, by family and id.
pub static ALL: &[RuleEntry] = &[
    RuleEntry {
        family: "api",
        rule: &api_below_tls_floor::RULE,
        page: include_str!("../api/api-below-tls-floor/rule.md"),
    },
    RuleEntry {
        family: "api",
        rule: &bodies_in_logs::RULE,
        page: include_str!("../api/bodies-in-logs/rule.md"),
    },
    RuleEntry {
        family: "api",
        rule: &guest_access_identity_pool::RULE,
        page: include_str!("../api/guest-access-identity-pool/rule.md"),
    },
    RuleEntry {
        family: "api",
        rule: &ignored_authorizer::RULE,
        page: include_str!("../api/ignored-authorizer/rule.md"),
    },
    RuleEntry {
        family: "api",
        rule: &no_api_access_log::RULE,
        page: include_str!("../api/no-api-access-log/rule.md"),
    },
    RuleEntry {
        family: "api",
        rule: &no_api_cache::RULE,
        page: include_str!("../api/no-api-cache/rule.md"),
    },
    RuleEntry {
        family: "api",
        rule: &no_client_certificate::RULE,
        page: include_str!("../api/no-client-certificate/rule.md"),
    },
    RuleEntry {
        family: "api",
        rule: &no_execution_log::RULE,
        page: include_str!("../api/no-execution-log/rule.md"),
    },
    RuleEntry {
        family: "api",
        rule: &no_log4j_rule::RULE,
        page: include_str!("../api/no-log4j-rule/rule.md"),
    },
    RuleEntry {
        family: "api",
        rule: &no_request_validation::RULE,
        page: include_str!("../api/no-request-validation/rule.md"),
    },
    RuleEntry {
        family: "api",
        rule: &no_throttling::RULE,
        page: include_str!("../api/no-throttling/rule.md"),
    },
    RuleEntry {
        family: "api",
        rule: &no_web_acl::RULE,
        page: include_str!("../api/no-web-acl/rule.md"),
    },
    RuleEntry {
        family: "api",
        rule: &open_cors::RULE,
        page: include_str!("../api/open-cors/rule.md"),
    },
    RuleEntry {
        family: "api",
        rule: &open_function_url::RULE,
        page: include_str!("../api/open-function-url/rule.md"),
    },
    RuleEntry {
        family: "api",
        rule: &open_graphql_api::RULE,
        page: include_str!("../api/open-graphql-api/rule.md"),
    },
    RuleEntry {
        family: "api",
        rule: &unauthenticated_route::RULE,
        page: include_str!("../api/unauthenticated-route/rule.md"),
    },
    RuleEntry {
        family: "api",
        rule: &unencrypted_api_cache::RULE,
        page: include_str!("../api/unencrypted-api-cache/rule.md"),
    },
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
