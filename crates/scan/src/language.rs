//! Which language a file is written in, and the front end that reads it.

use palisade_app::Files;
use palisade_app::cfn::{self, Outcome};
use std::collections::BTreeMap;

/// Whether a text may be a template, without parsing it.
#[must_use]
pub fn looks_like_template(bytes: &[u8]) -> bool {
    let has = |needle: &[u8]| memchr::memmem::find(bytes, needle).is_some();
    // UTF-16 has a NUL beside each letter; it is rare enough to be parsed on suspicion.
    let utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    utf16
        || has(b"AWSTemplateFormatVersion")
        || has(b"AWS::Serverless-2016-10-31")
        || (has(b"Resources") && has(b"AWS::"))
}

/// Whether a file may be an application in any language, by its name and without parsing it.
#[must_use]
pub fn looks_like_application(path: &str, bytes: &[u8]) -> bool {
    palisade_serverless::looks_like(path, bytes) || looks_like_template(bytes)
}

/// Reads a file in the language that it is written in. `asked_for` says that the user named this
/// file, so that a service of Serverless Framework may have any name.
#[must_use]
pub fn read(
    path: &str,
    bytes: &[u8],
    asked_for: bool,
    files: &dyn Files,
    parameters: &BTreeMap<String, String>,
) -> Outcome {
    let service = || {
        let options = palisade_serverless::Options {
            stage: parameters.get("stage").cloned(),
            parameters: parameters.clone(),
            env: BTreeMap::new(),
        };
        palisade_serverless::read(path, bytes, files, &options)
    };
    let named = palisade_serverless::looks_like(path, bytes);
    if named {
        let outcome = service();
        if !matches!(outcome, Outcome::NotTemplate(_)) || !looks_like_template(bytes) {
            return outcome;
        }
    }
    let options = cfn::Options {
        parameters: parameters.clone(),
    };
    let outcome = cfn::read(path, bytes, files, &options);
    if matches!(outcome, Outcome::NotTemplate(_)) && asked_for && !named {
        let service = service();
        if !matches!(service, Outcome::NotTemplate(_)) {
            return service;
        }
    }
    outcome
}
