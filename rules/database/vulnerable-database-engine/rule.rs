//! Databases with an engine that lets users read files of its host.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "vulnerable-database-engine",
    title: "the engine version lets database users read files of the host",
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-2.2", "SCSP-17.2"],
    cwe: Some(1395),
    aliases: &["CKV_AWS_250", "CKV_AWS_388"],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::RDS::DBInstance",
            aliases: &["CKV_AWS_250"],
            when: Some(Want::one_of("Engine", &["postgres"])),
            any: &[Want {
                path: "EngineVersion",
                is: Is::NotIn {
                    texts: &[
                        "10.1", "10.2", "10.3", "10.4", "10.5", "10.6", "10.7", "10.8", "10.9",
                        "10.10", "10.11", "10.12", "10.13", "10.14", "10.15", "10.16", "11.1",
                        "11.2", "11.3", "11.4", "11.5", "11.6", "11.7", "11.8", "11.9", "11.10",
                        "11.11", "12.2", "12.3", "12.4", "12.5", "12.6", "13.1", "13.2", "9.6.1",
                        "9.6.2", "9.6.3", "9.6.4", "9.6.5", "9.6.6", "9.6.7", "9.6.8", "9.6.9",
                        "9.6.10", "9.6.11", "9.6.12", "9.6.13", "9.6.14", "9.6.15", "9.6.16",
                        "9.6.17", "9.6.18", "9.6.19", "9.6.20", "9.6.21",
                    ],
                },
            }],
            message: "database users can read credentials of the service from the host (AWS bulletin 2022-004)",
            help: "set `EngineVersion` to a version that is maintained",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBInstance",
            aliases: &["CKV_AWS_388"],
            when: Some(Want::one_of("Engine", &["aurora-postgresql"])),
            any: &[Want {
                path: "EngineVersion",
                is: Is::NotIn {
                    texts: &["10.11", "10.12", "10.13", "11.6", "11.7", "11.8"],
                },
            }],
            message: "database users can read credentials of the service from the host (AWS bulletin 2022-004)",
            help: "set `EngineVersion` to a version that is maintained",
            ..Row::NEW
        },
        Row {
            kind: "AWS::RDS::DBCluster",
            aliases: &["CKV_AWS_250", "CKV_AWS_388"],
            when: Some(Want::one_of("Engine", &["aurora-postgresql"])),
            any: &[Want {
                path: "EngineVersion",
                is: Is::NotIn {
                    texts: &["10.11", "10.12", "10.13", "11.6", "11.7", "11.8"],
                },
            }],
            message: "database users can read credentials of the service from the host (AWS bulletin 2022-004)",
            help: "set `EngineVersion` to a version that is maintained",
            ..Row::NEW
        },
    ]),
};
