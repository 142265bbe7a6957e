//! Access points that leave directory or user to the client.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "unconfined-access-point",
    title: "the access point does not confine its clients",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    clauses: &["SCSP-1.1"],
    cwe: None,
    aliases: &[
        "CKV_AWS_329",
        "CKV_AWS_330",
        "EFS.3",
        "EFS.4",
        "EFS_ACCESS_POINT_ENFORCE_ROOT_DIRECTORY",
        "EFS_ACCESS_POINT_ENFORCE_USER_IDENTITY",
    ],
    since: "0.1.0",
    check: Check::Table(&[
        Row {
            kind: "AWS::EFS::AccessPoint",
            aliases: &[
                "CKV_AWS_329",
                "EFS.3",
                "EFS_ACCESS_POINT_ENFORCE_ROOT_DIRECTORY",
            ],
            any: &[Want {
                path: "RootDirectory.Path",
                is: Is::Present,
            }],
            message: "the whole file system is visible through the access point",
            help: "set `RootDirectory.Path` to the directory that is needed",
            ..Row::NEW
        },
        Row {
            kind: "AWS::EFS::AccessPoint",
            aliases: &[
                "CKV_AWS_329",
                "EFS.3",
                "EFS_ACCESS_POINT_ENFORCE_ROOT_DIRECTORY",
            ],
            any: &[Want {
                path: "RootDirectory.Path",
                is: Is::NotIn { texts: &["/"] },
            }],
            message: "the whole file system is visible through the access point",
            help: "set `RootDirectory.Path` to the directory that is needed",
            ..Row::NEW
        },
        Row {
            kind: "AWS::EFS::AccessPoint",
            aliases: &[
                "CKV_AWS_330",
                "EFS.4",
                "EFS_ACCESS_POINT_ENFORCE_USER_IDENTITY",
            ],
            any: &[Want::present("PosixUser")],
            message: "the client says itself which user it is",
            help: "set `PosixUser` to a user that is not root",
            ..Row::NEW
        },
    ]),
};
