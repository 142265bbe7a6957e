//! The list of rules. Made by `cargo xtask generate` from the folders; not edited by hand.

use palisade_rule::RuleEntry;

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
#[path = "../storage/bucket-acls/rule.rs"]
mod bucket_acls;
#[path = "../storage/implicit-bucket-encryption/rule.rs"]
mod implicit_bucket_encryption;
#[path = "../storage/incomplete-public-access-block/rule.rs"]
mod incomplete_public_access_block;
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

/// Every rule, by family and id.
pub static ALL: &[RuleEntry] = &[
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
];
