//! Encryption keys whose material is never renewed.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "unrotated-key",
    title: "the key is never rotated",
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-2.4", "SCSP-3.1"],
    cwe: Some(324),
    aliases: &["CKV_AWS_7", "KMS.4", "CMK_BACKING_KEY_ROTATION_ENABLED"],
    since: "0.1.0",
    check: Check::Table(&[Row {
        kind: "AWS::KMS::Key",
        aliases: &["CKV_AWS_7", "KMS.4", "CMK_BACKING_KEY_ROTATION_ENABLED"],
        when: Some(Want {
            path: "KeySpec",
            is: Is::In {
                texts: &["SYMMETRIC_DEFAULT"],
                default: Some("SYMMETRIC_DEFAULT"),
            },
        }),
        any: &[
            Want::on("EnableKeyRotation"),
            Want {
                path: "Origin",
                is: Is::In {
                    texts: &["EXTERNAL", "AWS_CLOUDHSM"],
                    default: None,
                },
            },
        ],
        message: "the key material is never renewed: one leaked copy opens everything that was ever encrypted with it",
        help: "set `EnableKeyRotation: true` (and `RotationPeriodInDays` for a shorter period than a year)",
        ..Row::NEW
    }]),
};
