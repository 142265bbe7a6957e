//! The list of rules. Made by `cargo xtask generate` from the folders; not edited by hand.

use palisade_rule::RuleEntry;

#[path = "../edge/disabled-distribution/rule.rs"]
mod disabled_distribution;
#[path = "../edge/ineffective-web-acl/rule.rs"]
mod ineffective_web_acl;
#[path = "../edge/insecure-origin/rule.rs"]
mod insecure_origin;
#[path = "../edge/no-default-root-object/rule.rs"]
mod no_default_root_object;
#[path = "../edge/no-edge-log/rule.rs"]
mod no_edge_log;
#[path = "../edge/no-geo-restriction/rule.rs"]
mod no_geo_restriction;
#[path = "../edge/no-log4j-rule/rule.rs"]
mod no_log4j_rule;
#[path = "../edge/no-origin-failover/rule.rs"]
mod no_origin_failover;
#[path = "../edge/no-security-headers/rule.rs"]
mod no_security_headers;
#[path = "../edge/no-web-acl/rule.rs"]
mod no_web_acl;
#[path = "../edge/origin-without-access-control/rule.rs"]
mod origin_without_access_control;
#[path = "../edge/plain-http/rule.rs"]
mod plain_http;
#[path = "../edge/provider-certificate/rule.rs"]
mod provider_certificate;
#[path = "../edge/tls-below-floor/rule.rs"]
mod tls_below_floor;
#[path = "../edge/web-rule-without-action/rule.rs"]
mod web_rule_without_action;
#[path = "../identity/console-password/rule.rs"]
mod console_password;
#[path = "../identity/iam-user/rule.rs"]
mod iam_user;
#[path = "../identity/policy-on-user/rule.rs"]
mod policy_on_user;
#[path = "../identity/static-access-key/rule.rs"]
mod static_access_key;
#[path = "../identity/ungrouped-user/rule.rs"]
mod ungrouped_user;
#[path = "../keys/disabled-key/rule.rs"]
mod disabled_key;
#[path = "../keys/key-without-policy/rule.rs"]
mod key_without_policy;
#[path = "../keys/literal-secret/rule.rs"]
mod literal_secret;
#[path = "../keys/plaintext-parameter/rule.rs"]
mod plaintext_parameter;
#[path = "../keys/provider-managed-secret-key/rule.rs"]
mod provider_managed_secret_key;
#[path = "../keys/unrotated-key/rule.rs"]
mod unrotated_key;
#[path = "../keys/unrotated-secret/rule.rs"]
mod unrotated_secret;
#[path = "../logging/disabled-threat-detection/rule.rs"]
mod disabled_threat_detection;
#[path = "../logging/endless-log-retention/rule.rs"]
mod endless_log_retention;
#[path = "../logging/partial-config-recording/rule.rs"]
mod partial_config_recording;
#[path = "../logging/provider-managed-log-key/rule.rs"]
mod provider_managed_log_key;
#[path = "../logging/shared-logs/rule.rs"]
mod shared_logs;
#[path = "../logging/short-log-retention/rule.rs"]
mod short_log_retention;
#[path = "../logging/silent-alarm/rule.rs"]
mod silent_alarm;
#[path = "../logging/single-region-trail/rule.rs"]
mod single_region_trail;
#[path = "../logging/stopped-trail/rule.rs"]
mod stopped_trail;
#[path = "../logging/trail-not-tamper-evident/rule.rs"]
mod trail_not_tamper_evident;
#[path = "../logging/unwatched-trail/rule.rs"]
mod unwatched_trail;
#[path = "../messaging/unencrypted-queue/rule.rs"]
mod unencrypted_queue;
#[path = "../network/no-flow-log/rule.rs"]
mod no_flow_log;
#[path = "../network/open-admin-port/rule.rs"]
mod open_admin_port;
#[path = "../network/open-network-acl/rule.rs"]
mod open_network_acl;
#[path = "../network/open-port-to-world/rule.rs"]
mod open_port_to_world;
#[path = "../network/unaccepted-endpoint-connections/rule.rs"]
mod unaccepted_endpoint_connections;
#[path = "../network/unattached-network-control/rule.rs"]
mod unattached_network_control;
#[path = "../network/undescribed-security-group-rule/rule.rs"]
mod undescribed_security_group_rule;
#[path = "../network/unrestricted-egress/rule.rs"]
mod unrestricted_egress;
#[path = "../supply-chain/mutable-image-tags/rule.rs"]
mod mutable_image_tags;
#[path = "../supply-chain/plaintext-build-secret/rule.rs"]
mod plaintext_build_secret;
#[path = "../supply-chain/privileged-build/rule.rs"]
mod privileged_build;
#[path = "../supply-chain/provider-managed-build-key/rule.rs"]
mod provider_managed_build_key;
#[path = "../supply-chain/unencrypted-build-output/rule.rs"]
mod unencrypted_build_output;
#[path = "../supply-chain/unlogged-build/rule.rs"]
mod unlogged_build;
#[path = "../supply-chain/unscanned-images/rule.rs"]
mod unscanned_images;

/// Every rule, by family and id.
pub static ALL: &[RuleEntry] = &[
    RuleEntry {
        family: "edge",
        rule: &disabled_distribution::RULE,
        page: include_str!("../edge/disabled-distribution/rule.md"),
    },
    RuleEntry {
        family: "edge",
        rule: &ineffective_web_acl::RULE,
        page: include_str!("../edge/ineffective-web-acl/rule.md"),
    },
    RuleEntry {
        family: "edge",
        rule: &insecure_origin::RULE,
        page: include_str!("../edge/insecure-origin/rule.md"),
    },
    RuleEntry {
        family: "edge",
        rule: &no_default_root_object::RULE,
        page: include_str!("../edge/no-default-root-object/rule.md"),
    },
    RuleEntry {
        family: "edge",
        rule: &no_edge_log::RULE,
        page: include_str!("../edge/no-edge-log/rule.md"),
    },
    RuleEntry {
        family: "edge",
        rule: &no_geo_restriction::RULE,
        page: include_str!("../edge/no-geo-restriction/rule.md"),
    },
    RuleEntry {
        family: "edge",
        rule: &no_log4j_rule::RULE,
        page: include_str!("../edge/no-log4j-rule/rule.md"),
    },
    RuleEntry {
        family: "edge",
        rule: &no_origin_failover::RULE,
        page: include_str!("../edge/no-origin-failover/rule.md"),
    },
    RuleEntry {
        family: "edge",
        rule: &no_security_headers::RULE,
        page: include_str!("../edge/no-security-headers/rule.md"),
    },
    RuleEntry {
        family: "edge",
        rule: &no_web_acl::RULE,
        page: include_str!("../edge/no-web-acl/rule.md"),
    },
    RuleEntry {
        family: "edge",
        rule: &origin_without_access_control::RULE,
        page: include_str!("../edge/origin-without-access-control/rule.md"),
    },
    RuleEntry {
        family: "edge",
        rule: &plain_http::RULE,
        page: include_str!("../edge/plain-http/rule.md"),
    },
    RuleEntry {
        family: "edge",
        rule: &provider_certificate::RULE,
        page: include_str!("../edge/provider-certificate/rule.md"),
    },
    RuleEntry {
        family: "edge",
        rule: &tls_below_floor::RULE,
        page: include_str!("../edge/tls-below-floor/rule.md"),
    },
    RuleEntry {
        family: "edge",
        rule: &web_rule_without_action::RULE,
        page: include_str!("../edge/web-rule-without-action/rule.md"),
    },
    RuleEntry {
        family: "identity",
        rule: &console_password::RULE,
        page: include_str!("../identity/console-password/rule.md"),
    },
    RuleEntry {
        family: "identity",
        rule: &iam_user::RULE,
        page: include_str!("../identity/iam-user/rule.md"),
    },
    RuleEntry {
        family: "identity",
        rule: &policy_on_user::RULE,
        page: include_str!("../identity/policy-on-user/rule.md"),
    },
    RuleEntry {
        family: "identity",
        rule: &static_access_key::RULE,
        page: include_str!("../identity/static-access-key/rule.md"),
    },
    RuleEntry {
        family: "identity",
        rule: &ungrouped_user::RULE,
        page: include_str!("../identity/ungrouped-user/rule.md"),
    },
    RuleEntry {
        family: "keys",
        rule: &disabled_key::RULE,
        page: include_str!("../keys/disabled-key/rule.md"),
    },
    RuleEntry {
        family: "keys",
        rule: &key_without_policy::RULE,
        page: include_str!("../keys/key-without-policy/rule.md"),
    },
    RuleEntry {
        family: "keys",
        rule: &literal_secret::RULE,
        page: include_str!("../keys/literal-secret/rule.md"),
    },
    RuleEntry {
        family: "keys",
        rule: &plaintext_parameter::RULE,
        page: include_str!("../keys/plaintext-parameter/rule.md"),
    },
    RuleEntry {
        family: "keys",
        rule: &provider_managed_secret_key::RULE,
        page: include_str!("../keys/provider-managed-secret-key/rule.md"),
    },
    RuleEntry {
        family: "keys",
        rule: &unrotated_key::RULE,
        page: include_str!("../keys/unrotated-key/rule.md"),
    },
    RuleEntry {
        family: "keys",
        rule: &unrotated_secret::RULE,
        page: include_str!("../keys/unrotated-secret/rule.md"),
    },
    RuleEntry {
        family: "logging",
        rule: &disabled_threat_detection::RULE,
        page: include_str!("../logging/disabled-threat-detection/rule.md"),
    },
    RuleEntry {
        family: "logging",
        rule: &endless_log_retention::RULE,
        page: include_str!("../logging/endless-log-retention/rule.md"),
    },
    RuleEntry {
        family: "logging",
        rule: &partial_config_recording::RULE,
        page: include_str!("../logging/partial-config-recording/rule.md"),
    },
    RuleEntry {
        family: "logging",
        rule: &provider_managed_log_key::RULE,
        page: include_str!("../logging/provider-managed-log-key/rule.md"),
    },
    RuleEntry {
        family: "logging",
        rule: &shared_logs::RULE,
        page: include_str!("../logging/shared-logs/rule.md"),
    },
    RuleEntry {
        family: "logging",
        rule: &short_log_retention::RULE,
        page: include_str!("../logging/short-log-retention/rule.md"),
    },
    RuleEntry {
        family: "logging",
        rule: &silent_alarm::RULE,
        page: include_str!("../logging/silent-alarm/rule.md"),
    },
    RuleEntry {
        family: "logging",
        rule: &single_region_trail::RULE,
        page: include_str!("../logging/single-region-trail/rule.md"),
    },
    RuleEntry {
        family: "logging",
        rule: &stopped_trail::RULE,
        page: include_str!("../logging/stopped-trail/rule.md"),
    },
    RuleEntry {
        family: "logging",
        rule: &trail_not_tamper_evident::RULE,
        page: include_str!("../logging/trail-not-tamper-evident/rule.md"),
    },
    RuleEntry {
        family: "logging",
        rule: &unwatched_trail::RULE,
        page: include_str!("../logging/unwatched-trail/rule.md"),
    },
    RuleEntry {
        family: "messaging",
        rule: &unencrypted_queue::RULE,
        page: include_str!("../messaging/unencrypted-queue/rule.md"),
    },
    RuleEntry {
        family: "network",
        rule: &no_flow_log::RULE,
        page: include_str!("../network/no-flow-log/rule.md"),
    },
    RuleEntry {
        family: "network",
        rule: &open_admin_port::RULE,
        page: include_str!("../network/open-admin-port/rule.md"),
    },
    RuleEntry {
        family: "network",
        rule: &open_network_acl::RULE,
        page: include_str!("../network/open-network-acl/rule.md"),
    },
    RuleEntry {
        family: "network",
        rule: &open_port_to_world::RULE,
        page: include_str!("../network/open-port-to-world/rule.md"),
    },
    RuleEntry {
        family: "network",
        rule: &unaccepted_endpoint_connections::RULE,
        page: include_str!("../network/unaccepted-endpoint-connections/rule.md"),
    },
    RuleEntry {
        family: "network",
        rule: &unattached_network_control::RULE,
        page: include_str!("../network/unattached-network-control/rule.md"),
    },
    RuleEntry {
        family: "network",
        rule: &undescribed_security_group_rule::RULE,
        page: include_str!("../network/undescribed-security-group-rule/rule.md"),
    },
    RuleEntry {
        family: "network",
        rule: &unrestricted_egress::RULE,
        page: include_str!("../network/unrestricted-egress/rule.md"),
    },
    RuleEntry {
        family: "supply-chain",
        rule: &mutable_image_tags::RULE,
        page: include_str!("../supply-chain/mutable-image-tags/rule.md"),
    },
    RuleEntry {
        family: "supply-chain",
        rule: &plaintext_build_secret::RULE,
        page: include_str!("../supply-chain/plaintext-build-secret/rule.md"),
    },
    RuleEntry {
        family: "supply-chain",
        rule: &privileged_build::RULE,
        page: include_str!("../supply-chain/privileged-build/rule.md"),
    },
    RuleEntry {
        family: "supply-chain",
        rule: &provider_managed_build_key::RULE,
        page: include_str!("../supply-chain/provider-managed-build-key/rule.md"),
    },
    RuleEntry {
        family: "supply-chain",
        rule: &unencrypted_build_output::RULE,
        page: include_str!("../supply-chain/unencrypted-build-output/rule.md"),
    },
    RuleEntry {
        family: "supply-chain",
        rule: &unlogged_build::RULE,
        page: include_str!("../supply-chain/unlogged-build/rule.md"),
    },
    RuleEntry {
        family: "supply-chain",
        rule: &unscanned_images::RULE,
        page: include_str!("../supply-chain/unscanned-images/rule.md"),
    },
];
