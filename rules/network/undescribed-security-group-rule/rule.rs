//! Firewall rules that do not say what they are for.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "undescribed-security-group-rule",
    title: "a rule does not say what it is for",
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-4.2", "SCSP-19.1"],
    cwe: Some(1059),
    aliases: &["CKV_AWS_23"],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::EC2::SecurityGroup",
            aliases: &["CKV_AWS_23"],
            when: Some(Want {
                path: "SecurityGroupIngress",
                is: Is::NotEmpty,
            }),
            any: &[Want::present("SecurityGroupIngress[].Description")],
            message: "a rule of the security group says nothing about why it is there; nobody will dare to remove it",
            help: "set `Description` on the rule",
            ..Row::NEW
        },
        Row {
            kind: "AWS::EC2::SecurityGroup",
            aliases: &["CKV_AWS_23"],
            when: Some(Want {
                path: "SecurityGroupEgress",
                is: Is::NotEmpty,
            }),
            any: &[Want::present("SecurityGroupEgress[].Description")],
            message: "a rule of the security group says nothing about why it is there; nobody will dare to remove it",
            help: "set `Description` on the rule",
            ..Row::NEW
        },
        Row {
            kind: "AWS::EC2::SecurityGroupIngress",
            aliases: &["CKV_AWS_23"],
            any: &[Want::present("Description")],
            message: "a rule of the security group says nothing about why it is there; nobody will dare to remove it",
            help: "set `Description` on the rule",
            ..Row::NEW
        },
        Row {
            kind: "AWS::EC2::SecurityGroupEgress",
            aliases: &["CKV_AWS_23"],
            any: &[Want::present("Description")],
            message: "a rule of the security group says nothing about why it is there; nobody will dare to remove it",
            help: "set `Description` on the rule",
            ..Row::NEW
        },
        Row {
            kind: "AWS::EC2::SecurityGroup",
            aliases: &["CKV_AWS_23"],
            any: &[Want::present("GroupDescription")],
            message: "the security group has no description",
            help: "set `GroupDescription`",
            ..Row::NEW
        },
    ]),
};
