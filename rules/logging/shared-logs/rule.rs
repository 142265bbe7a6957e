//! Logs that others may read or write.

use crate::prelude::*;

pub(crate) static RULE: Rule = Rule {
    id: "shared-logs",
    title: "others may use the logs",
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-8.4", "BPSS-3.15"],
    cwe: Some(284),
    aliases: &[],
    since: "0.1.0",
    check: Check::Application(check),
};

use palisade_app::graph::{Effect, Principal};

const GROUP: &str = "AWS::Logs::LogGroup";
const POLICY: &str = "AWS::Logs::ResourcePolicy";

/// Context keys that bind a statement to the owner's own account, organization or resources.
const BOUND: &[&str] = &[
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceVpc",
    "aws:SourceVpce",
];

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for grant in &cx.app.graph().grants {
        let Some(resource) = cx.app.resource(&grant.written_in) else {
            continue;
        };
        if !matches!(&*resource.kind, GROUP | POLICY)
            || grant.effect != Effect::Allow
            || grant.except
            || grant.tests(BOUND)
        {
            continue;
        }
        for principal in &grant.principals {
            let who = match principal {
                Principal::Anyone => None,
                Principal::Account(who) | Principal::Foreign(who) => Some(&**who),
                _ => continue,
            };
            found(resource, who, &grant.principal_at, sink);
        }
    }
    for resource in cx.app.of_kind(POLICY) {
        for leaf in resource.at("PolicyDocument") {
            // A document in a map is among the grants of the model where it reads this kind; a
            // text with references in it is read here.
            let text = leaf.value.display();
            if !text.trim_start().starts_with('{')
                || !cx
                    .app
                    .graph()
                    .grants
                    .iter()
                    .all(|g| g.written_in != resource.id)
            {
                continue;
            }
            for statement in statements(&text) {
                if statement.allows && !statement.bound {
                    for who in &statement.principals {
                        match who.as_str() {
                            "*" => found(resource, None, leaf.at, sink),
                            other if foreign(other) => found(resource, Some(other), leaf.at, sink),
                            _ => {}
                        }
                    }
                }
            }
        }
    }
}

fn found(resource: &Resource, who: Option<&str>, at: &palisade_core::Origin, sink: &mut Sink<'_>) {
    let (message, severity) = match who {
        None => (
            "anyone with an AWS account may use these logs, and read what functions write into them or add to it".to_owned(),
            Severity::High,
        ),
        Some(who) => (
            format!("`{who}` of another account may use these logs"),
            Severity::Medium,
        ),
    };
    sink.finding(resource)
        .property("PolicyDocument")
        .item(who.unwrap_or("*"))
        .at(at)
        .message(message)
        .help("name the service or role that needs the logs in `Principal`, and bind it with `aws:SourceAccount` or `aws:SourceArn`")
        .severity(severity)
        .report();
}

/// A principal of an account that is written out.
fn foreign(who: &str) -> bool {
    let account = |text: &str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    account(who) || who.split(':').nth(4).is_some_and(account)
}

#[derive(Default)]
struct Statement {
    allows: bool,
    bound: bool,
    principals: Vec<String>,
}

/// The statements of a document that is written as a text of JSON: effect, AWS principals, and
/// whether a condition binds them.
fn statements(text: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut current = Statement::default();
    // The keys that lead to where we are; lists have none.
    let mut path: Vec<Option<String>> = Vec::new();
    let (mut key, mut last): (Option<String>, Option<String>) = (None, None);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '"' => {
                let end = rest.find('"').unwrap_or(rest.len());
                let token = rest[..end].to_owned();
                rest = rest.get(end + 1..).unwrap_or_default();
                let within = |name: &str| path.iter().flatten().any(|k| k == name);
                let name = key
                    .clone()
                    .or_else(|| path.iter().rev().flatten().next().cloned());
                if let Some(name) =
                    name.filter(|_| key.is_some() || matches!(path.last(), Some(Some(_))))
                {
                    if name == "Effect" && token == "Allow" {
                        current.allows = true;
                    }
                    if name == "Principal" || (name == "AWS" && within("Principal")) {
                        current.principals.push(token.clone());
                    }
                }
                if within("Condition") && BOUND.iter().any(|k| k.eq_ignore_ascii_case(&token)) {
                    current.bound = true;
                }
                last = Some(token);
            }
            ':' => key = last.take(),
            '{' => path.push(key.take()),
            // A list hands its key on to its items.
            '[' => path.push(key.take()),
            '}' | ']' => {
                path.pop();
                key = None;
                if c == '}'
                    && path
                        .iter()
                        .flatten()
                        .next_back()
                        .is_some_and(|k| k == "Statement")
                {
                    found.push(std::mem::take(&mut current));
                }
            }
            ',' => key = None,
            _ => {}
        }
    }
    found
}
