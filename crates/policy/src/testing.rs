//! Values that the tests of several modules need.

use crate::KnownRules;
use palisade_core::{Confidence, Excerpt, Finding, Fingerprint, Location, ResourceRef, Severity};
use std::sync::Arc;

/// The name of a table in a schema, and the keys that its parser knows.
pub(crate) type Keys = (&'static str, &'static [&'static str]);

pub(crate) fn known() -> KnownRules {
    KnownRules::new([
        ("queue-unencrypted", &["CKV_AWS_27", "SQS.1"][..]),
        ("role-shared", &[][..]),
        ("table-unencrypted", &["CKV_AWS_119"][..]),
    ])
}

pub(crate) fn location(file: &str, line: u32, end_line: u32) -> Location {
    Location {
        file: Arc::from(file),
        line,
        column: 1,
        end_line,
        end_column: 1,
    }
}

/// A finding that breaks SCSP-3.1.
pub(crate) fn finding(
    rule: &str,
    aliases: &[&str],
    address: &str,
    file: &str,
    line: u32,
) -> Finding {
    Finding {
        rule: Arc::from(rule),
        aliases: aliases.iter().map(|a| Arc::from(*a)).collect(),
        severity: Severity::Medium,
        confidence: Confidence::High,
        clauses: vec!["SCSP-3.1".parse().unwrap()],
        message: String::new(),
        help: String::new(),
        resource: ResourceRef {
            address: Arc::from(address),
            kind: Arc::from("AWS::SQS::Queue"),
            provider: "aws",
            name: None,
        },
        location: location(file, line, line),
        related: Vec::new(),
        path: Vec::new(),
        witness: None,
        when: Vec::new(),
        environments: Vec::new(),
        fingerprint: Fingerprint::of(&[rule, address]),
        suppressed: None,
        excerpt: Excerpt {
            first_line: line,
            text: String::new(),
            mark: 0..0,
        },
    }
}
