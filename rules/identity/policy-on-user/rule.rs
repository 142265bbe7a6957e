//! Permissions that are given to a user directly.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "policy-on-user",
    title: "permissions are given to a user directly",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-6.1", "SCSP-13.4"],
    cwe: None,
    aliases: &["CKV_AWS_40", "IAM.2", "IAM_USER_NO_POLICIES_CHECK"],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::IAM::Policy",
            aliases: &["CKV_AWS_40", "IAM.2", "IAM_USER_NO_POLICIES_CHECK"],
            any: &[Want {
                path: "Users[]",
                is: Is::Absent,
            }],
            message: "permissions hang on a single user: they are forgotten when the person changes the task or leaves",
            help: "attach the policy to a role or a group",
            ..Row::NEW
        },
        Row {
            kind: "AWS::IAM::ManagedPolicy",
            aliases: &["CKV_AWS_40", "IAM.2", "IAM_USER_NO_POLICIES_CHECK"],
            any: &[Want {
                path: "Users[]",
                is: Is::Absent,
            }],
            message: "permissions hang on a single user: they are forgotten when the person changes the task or leaves",
            help: "attach the policy to a role or a group",
            ..Row::NEW
        },
        Row {
            kind: "AWS::IAM::UserPolicy",
            aliases: &["CKV_AWS_40", "IAM.2", "IAM_USER_NO_POLICIES_CHECK"],
            any: &[Want {
                path: "UserName",
                is: Is::Absent,
            }],
            message: "permissions hang on a single user: they are forgotten when the person changes the task or leaves",
            help: "attach the policy to a role or a group",
            ..Row::NEW
        },
        Row {
            kind: "AWS::IAM::User",
            aliases: &["CKV_AWS_40", "IAM.2", "IAM_USER_NO_POLICIES_CHECK"],
            any: &[Want {
                path: "Policies[]",
                is: Is::Absent,
            }],
            message: "permissions hang on a single user: they are forgotten when the person changes the task or leaves",
            help: "attach the policy to a role or a group",
            ..Row::NEW
        },
        Row {
            kind: "AWS::IAM::User",
            aliases: &["CKV_AWS_40", "IAM.2", "IAM_USER_NO_POLICIES_CHECK"],
            any: &[Want {
                path: "ManagedPolicyArns[]",
                is: Is::Absent,
            }],
            message: "permissions hang on a single user: they are forgotten when the person changes the task or leaves",
            help: "attach the policy to a role or a group",
            ..Row::NEW
        },
    ]),
};
