//! Web ACLs without rules.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "ineffective-web-acl",
    title: "the web ACL stops nothing",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-4.4"],
    cwe: Some(693),
    aliases: &[
        "CKV_AWS_175",
        "WAF.10",
        "WAFV2_WEBACL_NOT_EMPTY",
        "WAF.8",
        "WAF_GLOBAL_WEBACL_NOT_EMPTY",
        "WAF.4",
        "WAF_REGIONAL_WEBACL_NOT_EMPTY",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::WAFv2::WebACL",
            aliases: &["CKV_AWS_175", "WAF.10", "WAFV2_WEBACL_NOT_EMPTY"],
            when: Some(Want {
                path: "DefaultAction.Block",
                is: Is::Absent,
            }),
            any: &[Want {
                path: "Rules",
                is: Is::NotEmpty,
            }],
            message: "the web ACL has no rules: it looks like protection and lets everything through",
            help: "add rules, managed groups to begin with, to `Rules`",
            ..Row::NEW
        },
        Row {
            in_serverless: "",
            kind: "AWS::WAFv2::WebACL",
            aliases: &["CKV_AWS_175", "WAF.10", "WAFV2_WEBACL_NOT_EMPTY"],
            when: Some(Want::present("DefaultAction.Block")),
            any: &[Want {
                path: "Rules",
                is: Is::NotEmpty,
            }],
            message: "the web ACL has no rules of its own; it stops everything by default",
            help: "add rules for what may pass to `Rules`",
            severity: Some(Severity::Info),
            profile: Some(Profile::All),
        },
        Row {
            kind: "AWS::WAF::WebACL",
            aliases: &["CKV_AWS_175", "WAF.8", "WAF_GLOBAL_WEBACL_NOT_EMPTY"],
            when: Some(Want {
                path: "DefaultAction.Type",
                is: Is::NotIn { texts: &["BLOCK"] },
            }),
            any: &[Want {
                path: "Rules",
                is: Is::NotEmpty,
            }],
            message: "the web ACL has no rules: it looks like protection and lets everything through",
            help: "add rules, managed groups to begin with, to `Rules`",
            ..Row::NEW
        },
        Row {
            in_serverless: "",
            kind: "AWS::WAF::WebACL",
            aliases: &["CKV_AWS_175", "WAF.8", "WAF_GLOBAL_WEBACL_NOT_EMPTY"],
            when: Some(Want::one_of("DefaultAction.Type", &["BLOCK"])),
            any: &[Want {
                path: "Rules",
                is: Is::NotEmpty,
            }],
            message: "the web ACL has no rules of its own; it stops everything by default",
            help: "add rules for what may pass to `Rules`",
            severity: Some(Severity::Info),
            profile: Some(Profile::All),
        },
        Row {
            kind: "AWS::WAFRegional::WebACL",
            aliases: &["CKV_AWS_175", "WAF.4", "WAF_REGIONAL_WEBACL_NOT_EMPTY"],
            when: Some(Want {
                path: "DefaultAction.Type",
                is: Is::NotIn { texts: &["BLOCK"] },
            }),
            any: &[Want {
                path: "Rules",
                is: Is::NotEmpty,
            }],
            message: "the web ACL has no rules: it looks like protection and lets everything through",
            help: "add rules, managed groups to begin with, to `Rules`",
            ..Row::NEW
        },
        Row {
            in_serverless: "",
            kind: "AWS::WAFRegional::WebACL",
            aliases: &["CKV_AWS_175", "WAF.4", "WAF_REGIONAL_WEBACL_NOT_EMPTY"],
            when: Some(Want::one_of("DefaultAction.Type", &["BLOCK"])),
            any: &[Want {
                path: "Rules",
                is: Is::NotEmpty,
            }],
            message: "the web ACL has no rules of its own; it stops everything by default",
            help: "add rules for what may pass to `Rules`",
            severity: Some(Severity::Info),
            profile: Some(Profile::All),
        },
    ]),
};
