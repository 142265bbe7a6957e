//! Repositories whose changes nobody has to approve.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "unreviewed-repository",
    title: "changes to the repository need no approval",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-2.3"],
    cwe: None,
    aliases: &["CKV2_AWS_37"],
    since: "0.1.0",
    // Where nothing says whether there is one, the language has no word for it.
    check: Check::Table(&[Row {
        kind: "AWS::CodeCommit::Repository",
        aliases: &["CKV2_AWS_37"],
        any: &[Want {
            path: "HasApprovalRule",
            is: Is::True { default: true },
        }],
        message: "no approval rule is bound to the repository: its author alone may merge a change",
        help: "bind an approval rule template to the repository",
        ..Row::NEW
    }]),
};
