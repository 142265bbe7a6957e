//! Search domains that do not tell their users apart.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "search-domain-without-users",
    title: "the search domain does not tell its users apart",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-6.1", "SCSP-5.4"],
    cwe: None,
    aliases: &[
        "CKV2_AWS_52",
        "Opensearch.7",
        "OPENSEARCH_ACCESS_CONTROL_ENABLED",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::OpenSearchService::Domain",
            aliases: &[
                "CKV2_AWS_52",
                "Opensearch.7",
                "OPENSEARCH_ACCESS_CONTROL_ENABLED",
            ],
            any: &[Want::on("AdvancedSecurityOptions.Enabled")],
            message: "everyone who may send requests sees every index and every field",
            help: "set `AdvancedSecurityOptions.Enabled: true` with a role as `MasterUserARN`",
            ..Row::NEW
        },
        Row {
            kind: "AWS::Elasticsearch::Domain",
            aliases: &["CKV2_AWS_52"],
            any: &[Want::on("AdvancedSecurityOptions.Enabled")],
            message: "everyone who may send requests sees every index and every field",
            help: "set `AdvancedSecurityOptions.Enabled: true` with a role as `MasterUserARN`",
            ..Row::NEW
        },
    ]),
};
