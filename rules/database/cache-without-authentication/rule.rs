//! Caches that ask nobody who they are.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "cache-without-authentication",
    title: "the cache asks nobody for a password",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-5.4"],
    cwe: Some(306),
    aliases: &["CKV_AWS_31", "ElastiCache.6"],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::ElastiCache::ReplicationGroup",
            aliases: &["CKV_AWS_31", "ElastiCache.6"],
            any: &[
                Want::present("AuthToken"),
                Want {
                    path: "UserGroupIds",
                    is: Is::NotEmpty,
                },
            ],
            message: "the cache asks nobody for a password: whatever runs in its network reads every key",
            help: "set `UserGroupIds`, or `AuthToken` from a secret",
            ..Row::NEW
        },
        Row {
            kind: "AWS::ElastiCache::ReplicationGroup",
            aliases: &["CKV_AWS_31"],
            any: &[Want::on("TransitEncryptionEnabled")],
            message: "without TLS a token can be read on the way",
            help: "set `TransitEncryptionEnabled: true`",
            ..Row::NEW
        },
    ]),
};
