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
#[path = "../api/no-request-validation/rule.rs"]
mod no_request_validation;
#[path = "../api/no-throttling/rule.rs"]
mod no_throttling;
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
#[path = "../data/unclassified-data/rule.rs"]
mod unclassified_data;
#[path = "../database/cache-without-authentication/rule.rs"]
mod cache_without_authentication;
#[path = "../database/database-password-in-template/rule.rs"]
mod database_password_in_template;
#[path = "../database/deleted-with-stack/rule.rs"]
mod deleted_with_stack;
#[path = "../database/expired-database-certificate/rule.rs"]
mod expired_database_certificate;
#[path = "../database/fixed-table-capacity/rule.rs"]
mod fixed_table_capacity;
#[path = "../database/no-backtrack/rule.rs"]
mod no_backtrack;
#[path = "../database/no-backup-plan/rule.rs"]
mod no_backup_plan;
#[path = "../database/no-database-backup/rule.rs"]
mod no_database_backup;
#[path = "../database/no-database-logs/rule.rs"]
mod no_database_logs;
#[path = "../database/no-database-monitoring/rule.rs"]
mod no_database_monitoring;
#[path = "../database/no-deletion-protection/rule.rs"]
mod no_deletion_protection;
#[path = "../database/no-minor-upgrades/rule.rs"]
mod no_minor_upgrades;
#[path = "../database/no-multi-az/rule.rs"]
mod no_multi_az;
#[path = "../database/no-point-in-time-recovery/rule.rs"]
mod no_point_in_time_recovery;
#[path = "../database/no-query-log/rule.rs"]
mod no_query_log;
#[path = "../database/password-only-database/rule.rs"]
mod password_only_database;
#[path = "../database/plaintext-database-endpoint/rule.rs"]
mod plaintext_database_endpoint;
#[path = "../database/provider-managed-data-key/rule.rs"]
mod provider_managed_data_key;
#[path = "../database/proxy-logs-queries/rule.rs"]
mod proxy_logs_queries;
#[path = "../database/public-database/rule.rs"]
mod public_database;
#[path = "../database/public-search-domain/rule.rs"]
mod public_search_domain;
#[path = "../database/search-domain-without-users/rule.rs"]
mod search_domain_without_users;
#[path = "../database/tags-not-on-snapshots/rule.rs"]
mod tags_not_on_snapshots;
#[path = "../database/unencrypted-database/rule.rs"]
mod unencrypted_database;
#[path = "../database/unforced-database-tls/rule.rs"]
mod unforced_database_tls;
#[path = "../database/vulnerable-database-engine/rule.rs"]
mod vulnerable_database_engine;
#[path = "../deployment/destroyed-before-successor/rule.rs"]
mod destroyed_before_successor;
#[path = "../deployment/mixed-environments/rule.rs"]
mod mixed_environments;
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
#[path = "../identity/console-password/rule.rs"]
mod console_password;
#[path = "../identity/iam-user/rule.rs"]
mod iam_user;
#[path = "../identity/insecure-app-client/rule.rs"]
mod insecure_app_client;
#[path = "../identity/open-sign-up/rule.rs"]
mod open_sign_up;
#[path = "../identity/policy-on-user/rule.rs"]
mod policy_on_user;
#[path = "../identity/pool-without-mfa/rule.rs"]
mod pool_without_mfa;
#[path = "../identity/pool-without-threat-protection/rule.rs"]
mod pool_without_threat_protection;
#[path = "../identity/shared-role/rule.rs"]
mod shared_role;
#[path = "../identity/static-access-key/rule.rs"]
mod static_access_key;
#[path = "../identity/ungrouped-user/rule.rs"]
mod ungrouped_user;
#[path = "../identity/weak-password-policy/rule.rs"]
mod weak_password_policy;
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
#[path = "../logging/no-invocation-trail/rule.rs"]
mod no_invocation_trail;
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
#[path = "../messaging/no-broker-log/rule.rs"]
mod no_broker_log;
#[path = "../messaging/plaintext-broker/rule.rs"]
mod plaintext_broker;
#[path = "../messaging/plaintext-delivery/rule.rs"]
mod plaintext_delivery;
#[path = "../messaging/public-broker/rule.rs"]
mod public_broker;
#[path = "../messaging/unencrypted-queue/rule.rs"]
mod unencrypted_queue;
#[path = "../messaging/unencrypted-stream/rule.rs"]
mod unencrypted_stream;
#[path = "../messaging/unencrypted-topic/rule.rs"]
mod unencrypted_topic;
#[path = "../network/default-network/rule.rs"]
mod default_network;
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
#[path = "../permissions/broad-device-policy/rule.rs"]
mod broad_device_policy;
#[path = "../permissions/broad-managed-policy/rule.rs"]
mod broad_managed_policy;
#[path = "../permissions/every-action/rule.rs"]
mod every_action;
#[path = "../permissions/privilege-escalation/rule.rs"]
mod privilege_escalation;
#[path = "../permissions/unbound-permissions/rule.rs"]
mod unbound_permissions;
#[path = "../permissions/unused-permissions/rule.rs"]
mod unused_permissions;
#[path = "../secrets/secret-in-template/rule.rs"]
mod secret_in_template;
#[path = "../storage/bucket-acls/rule.rs"]
mod bucket_acls;
#[path = "../storage/implicit-bucket-encryption/rule.rs"]
mod implicit_bucket_encryption;
#[path = "../storage/incomplete-public-access-block/rule.rs"]
mod incomplete_public_access_block;
#[path = "../storage/locked-out-bucket/rule.rs"]
mod locked_out_bucket;
#[path = "../storage/no-bucket-access-log/rule.rs"]
mod no_bucket_access_log;
#[path = "../storage/no-bucket-events/rule.rs"]
mod no_bucket_events;
#[path = "../storage/no-bucket-lifecycle/rule.rs"]
mod no_bucket_lifecycle;
#[path = "../storage/no-bucket-replication/rule.rs"]
mod no_bucket_replication;
#[path = "../storage/no-object-lock/rule.rs"]
mod no_object_lock;
#[path = "../storage/no-versioning/rule.rs"]
mod no_versioning;
#[path = "../storage/plain-http-bucket/rule.rs"]
mod plain_http_bucket;
#[path = "../storage/public-bucket/rule.rs"]
mod public_bucket;
#[path = "../storage/unconfined-access-point/rule.rs"]
mod unconfined_access_point;
#[path = "../storage/unencrypted-file-system/rule.rs"]
mod unencrypted_file_system;
#[path = "../supply-chain/foreign-layer/rule.rs"]
mod foreign_layer;
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
#[path = "../supply-chain/unpinned-image/rule.rs"]
mod unpinned_image;
#[path = "../supply-chain/unpinned-layer/rule.rs"]
mod unpinned_layer;
#[path = "../supply-chain/unreviewed-repository/rule.rs"]
mod unreviewed_repository;
#[path = "../supply-chain/unscanned-images/rule.rs"]
mod unscanned_images;
#[path = "../supply-chain/writable-code-bucket/rule.rs"]
mod writable_code_bucket;
#[path = "../trust/attack-path/rule.rs"]
mod attack_path;
#[path = "../trust/confused-deputy-permission/rule.rs"]
mod confused_deputy_permission;
#[path = "../trust/foreign-account-access/rule.rs"]
mod foreign_account_access;
#[path = "../trust/full-control-policy/rule.rs"]
mod full_control_policy;
#[path = "../trust/open-event-source/rule.rs"]
mod open_event_source;
#[path = "../trust/outsider-trust/rule.rs"]
mod outsider_trust;
#[path = "../trust/public-function/rule.rs"]
mod public_function;
#[path = "../trust/public-layer/rule.rs"]
mod public_layer;
#[path = "../trust/public-resource/rule.rs"]
mod public_resource;
#[path = "../trust/unbound-federation/rule.rs"]
mod unbound_federation;

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
        family: "data",
        rule: &unclassified_data::RULE,
        page: include_str!("../data/unclassified-data/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &cache_without_authentication::RULE,
        page: include_str!("../database/cache-without-authentication/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &database_password_in_template::RULE,
        page: include_str!("../database/database-password-in-template/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &deleted_with_stack::RULE,
        page: include_str!("../database/deleted-with-stack/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &expired_database_certificate::RULE,
        page: include_str!("../database/expired-database-certificate/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &fixed_table_capacity::RULE,
        page: include_str!("../database/fixed-table-capacity/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &no_backtrack::RULE,
        page: include_str!("../database/no-backtrack/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &no_backup_plan::RULE,
        page: include_str!("../database/no-backup-plan/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &no_database_backup::RULE,
        page: include_str!("../database/no-database-backup/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &no_database_logs::RULE,
        page: include_str!("../database/no-database-logs/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &no_database_monitoring::RULE,
        page: include_str!("../database/no-database-monitoring/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &no_deletion_protection::RULE,
        page: include_str!("../database/no-deletion-protection/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &no_minor_upgrades::RULE,
        page: include_str!("../database/no-minor-upgrades/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &no_multi_az::RULE,
        page: include_str!("../database/no-multi-az/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &no_point_in_time_recovery::RULE,
        page: include_str!("../database/no-point-in-time-recovery/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &no_query_log::RULE,
        page: include_str!("../database/no-query-log/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &password_only_database::RULE,
        page: include_str!("../database/password-only-database/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &plaintext_database_endpoint::RULE,
        page: include_str!("../database/plaintext-database-endpoint/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &provider_managed_data_key::RULE,
        page: include_str!("../database/provider-managed-data-key/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &proxy_logs_queries::RULE,
        page: include_str!("../database/proxy-logs-queries/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &public_database::RULE,
        page: include_str!("../database/public-database/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &public_search_domain::RULE,
        page: include_str!("../database/public-search-domain/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &search_domain_without_users::RULE,
        page: include_str!("../database/search-domain-without-users/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &tags_not_on_snapshots::RULE,
        page: include_str!("../database/tags-not-on-snapshots/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &unencrypted_database::RULE,
        page: include_str!("../database/unencrypted-database/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &unforced_database_tls::RULE,
        page: include_str!("../database/unforced-database-tls/rule.md"),
    },
    RuleEntry {
        family: "database",
        rule: &vulnerable_database_engine::RULE,
        page: include_str!("../database/vulnerable-database-engine/rule.md"),
    },
    RuleEntry {
        family: "deployment",
        rule: &destroyed_before_successor::RULE,
        page: include_str!("../deployment/destroyed-before-successor/rule.md"),
    },
    RuleEntry {
        family: "deployment",
        rule: &mixed_environments::RULE,
        page: include_str!("../deployment/mixed-environments/rule.md"),
    },
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
        rule: &policy_on_user::RULE,
        page: include_str!("../identity/policy-on-user/rule.md"),
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
        rule: &static_access_key::RULE,
        page: include_str!("../identity/static-access-key/rule.md"),
    },
    RuleEntry {
        family: "identity",
        rule: &ungrouped_user::RULE,
        page: include_str!("../identity/ungrouped-user/rule.md"),
    },
    RuleEntry {
        family: "identity",
        rule: &weak_password_policy::RULE,
        page: include_str!("../identity/weak-password-policy/rule.md"),
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
        rule: &no_invocation_trail::RULE,
        page: include_str!("../logging/no-invocation-trail/rule.md"),
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
        rule: &no_broker_log::RULE,
        page: include_str!("../messaging/no-broker-log/rule.md"),
    },
    RuleEntry {
        family: "messaging",
        rule: &plaintext_broker::RULE,
        page: include_str!("../messaging/plaintext-broker/rule.md"),
    },
    RuleEntry {
        family: "messaging",
        rule: &plaintext_delivery::RULE,
        page: include_str!("../messaging/plaintext-delivery/rule.md"),
    },
    RuleEntry {
        family: "messaging",
        rule: &public_broker::RULE,
        page: include_str!("../messaging/public-broker/rule.md"),
    },
    RuleEntry {
        family: "messaging",
        rule: &unencrypted_queue::RULE,
        page: include_str!("../messaging/unencrypted-queue/rule.md"),
    },
    RuleEntry {
        family: "messaging",
        rule: &unencrypted_stream::RULE,
        page: include_str!("../messaging/unencrypted-stream/rule.md"),
    },
    RuleEntry {
        family: "messaging",
        rule: &unencrypted_topic::RULE,
        page: include_str!("../messaging/unencrypted-topic/rule.md"),
    },
    RuleEntry {
        family: "network",
        rule: &default_network::RULE,
        page: include_str!("../network/default-network/rule.md"),
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
        family: "permissions",
        rule: &broad_device_policy::RULE,
        page: include_str!("../permissions/broad-device-policy/rule.md"),
    },
    RuleEntry {
        family: "permissions",
        rule: &broad_managed_policy::RULE,
        page: include_str!("../permissions/broad-managed-policy/rule.md"),
    },
    RuleEntry {
        family: "permissions",
        rule: &every_action::RULE,
        page: include_str!("../permissions/every-action/rule.md"),
    },
    RuleEntry {
        family: "permissions",
        rule: &privilege_escalation::RULE,
        page: include_str!("../permissions/privilege-escalation/rule.md"),
    },
    RuleEntry {
        family: "permissions",
        rule: &unbound_permissions::RULE,
        page: include_str!("../permissions/unbound-permissions/rule.md"),
    },
    RuleEntry {
        family: "permissions",
        rule: &unused_permissions::RULE,
        page: include_str!("../permissions/unused-permissions/rule.md"),
    },
    RuleEntry {
        family: "secrets",
        rule: &secret_in_template::RULE,
        page: include_str!("../secrets/secret-in-template/rule.md"),
    },
    RuleEntry {
        family: "storage",
        rule: &bucket_acls::RULE,
        page: include_str!("../storage/bucket-acls/rule.md"),
    },
    RuleEntry {
        family: "storage",
        rule: &implicit_bucket_encryption::RULE,
        page: include_str!("../storage/implicit-bucket-encryption/rule.md"),
    },
    RuleEntry {
        family: "storage",
        rule: &incomplete_public_access_block::RULE,
        page: include_str!("../storage/incomplete-public-access-block/rule.md"),
    },
    RuleEntry {
        family: "storage",
        rule: &locked_out_bucket::RULE,
        page: include_str!("../storage/locked-out-bucket/rule.md"),
    },
    RuleEntry {
        family: "storage",
        rule: &no_bucket_access_log::RULE,
        page: include_str!("../storage/no-bucket-access-log/rule.md"),
    },
    RuleEntry {
        family: "storage",
        rule: &no_bucket_events::RULE,
        page: include_str!("../storage/no-bucket-events/rule.md"),
    },
    RuleEntry {
        family: "storage",
        rule: &no_bucket_lifecycle::RULE,
        page: include_str!("../storage/no-bucket-lifecycle/rule.md"),
    },
    RuleEntry {
        family: "storage",
        rule: &no_bucket_replication::RULE,
        page: include_str!("../storage/no-bucket-replication/rule.md"),
    },
    RuleEntry {
        family: "storage",
        rule: &no_object_lock::RULE,
        page: include_str!("../storage/no-object-lock/rule.md"),
    },
    RuleEntry {
        family: "storage",
        rule: &no_versioning::RULE,
        page: include_str!("../storage/no-versioning/rule.md"),
    },
    RuleEntry {
        family: "storage",
        rule: &plain_http_bucket::RULE,
        page: include_str!("../storage/plain-http-bucket/rule.md"),
    },
    RuleEntry {
        family: "storage",
        rule: &public_bucket::RULE,
        page: include_str!("../storage/public-bucket/rule.md"),
    },
    RuleEntry {
        family: "storage",
        rule: &unconfined_access_point::RULE,
        page: include_str!("../storage/unconfined-access-point/rule.md"),
    },
    RuleEntry {
        family: "storage",
        rule: &unencrypted_file_system::RULE,
        page: include_str!("../storage/unencrypted-file-system/rule.md"),
    },
    RuleEntry {
        family: "supply-chain",
        rule: &foreign_layer::RULE,
        page: include_str!("../supply-chain/foreign-layer/rule.md"),
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
        rule: &unreviewed_repository::RULE,
        page: include_str!("../supply-chain/unreviewed-repository/rule.md"),
    },
    RuleEntry {
        family: "supply-chain",
        rule: &unscanned_images::RULE,
        page: include_str!("../supply-chain/unscanned-images/rule.md"),
    },
    RuleEntry {
        family: "supply-chain",
        rule: &writable_code_bucket::RULE,
        page: include_str!("../supply-chain/writable-code-bucket/rule.md"),
    },
    RuleEntry {
        family: "trust",
        rule: &attack_path::RULE,
        page: include_str!("../trust/attack-path/rule.md"),
    },
    RuleEntry {
        family: "trust",
        rule: &confused_deputy_permission::RULE,
        page: include_str!("../trust/confused-deputy-permission/rule.md"),
    },
    RuleEntry {
        family: "trust",
        rule: &foreign_account_access::RULE,
        page: include_str!("../trust/foreign-account-access/rule.md"),
    },
    RuleEntry {
        family: "trust",
        rule: &full_control_policy::RULE,
        page: include_str!("../trust/full-control-policy/rule.md"),
    },
    RuleEntry {
        family: "trust",
        rule: &open_event_source::RULE,
        page: include_str!("../trust/open-event-source/rule.md"),
    },
    RuleEntry {
        family: "trust",
        rule: &outsider_trust::RULE,
        page: include_str!("../trust/outsider-trust/rule.md"),
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
    RuleEntry {
        family: "trust",
        rule: &public_resource::RULE,
        page: include_str!("../trust/public-resource/rule.md"),
    },
    RuleEntry {
        family: "trust",
        rule: &unbound_federation::RULE,
        page: include_str!("../trust/unbound-federation/rule.md"),
    },
];
