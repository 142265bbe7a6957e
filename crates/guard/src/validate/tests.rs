//! Contracts and requests, written as tables.

mod attacks;
mod bodies;
mod contracts;
mod parameters;
mod properties;

use super::{Checked, Contract, Operation, Parts, Payload, Rules, Violations};

/// Compiles one operation of a document that must be without problems.
pub(super) fn operation(document: &str, method: &str, path: &str, rules: &Rules) -> Operation {
    let (contract, problems) = Contract::read("api.yaml", document.as_bytes(), &|_| None);
    assert!(problems.is_empty(), "{problems:#?}");
    let (operation, problems) = contract.operation(method, path, rules).expect("declared");
    assert!(problems.is_empty(), "{problems:#?}");
    operation
}

/// A document with one operation `POST /x`, whose inside is given.
pub(super) fn document(version: &str, inside: &str) -> String {
    format!(
        "openapi: {version}\ninfo: {{ title: t, version: '1' }}\npaths:\n  /x:\n    post:\n      responses: {{ default: {{ description: d }} }}\n{inside}"
    )
}

/// An operation that takes a JSON body of this schema.
pub(super) fn json_body(version: &str, schema: &str, rules: &Rules) -> Operation {
    let inside = format!(
        "      requestBody: {{ required: true, content: {{ application/json: {{ schema: {schema} }} }} }}\n"
    );
    operation(&document(version, &inside), "POST", "/x", rules)
}

/// Sends a body.
pub(super) fn send(operation: &Operation, kind: &str, body: &[u8]) -> Result<Checked, Violations> {
    operation.request(&Parts {
        path: &[],
        query: "",
        headers: &[("content-type", kind.as_bytes())],
        body: Payload::Whole(body),
    })
}

/// The keyword that a body is refused with, or "ok".
pub(super) fn verdict(operation: &Operation, kind: &str, body: &[u8]) -> &'static str {
    match send(operation, kind, body) {
        Ok(_) => "ok",
        Err(violations) => violations.keyword(),
    }
}
