use super::*;
use crate::read_questions;
use palisade_core::FileId;
use palisade_syntax::parse_json;
use proptest::prelude::*;

mod callers;
mod layers;
mod properties;

const USER: &str = "arn:aws:iam::111122223333:user/u";
const ROLE: &str = "arn:aws:iam::111122223333:role/path/r";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/r/s";
const ROOT: &str = "arn:aws:iam::111122223333:root";
const OTHER: &str = "arn:aws:iam::444455556666:user/o";
const OBJECT: &str = "arn:aws:s3:::b/k";
const QUEUE: &str = "arn:aws:sqs:eu-west-1:111122223333:q";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/k";

/// A policy with one statement; `more` are further members of the statement.
fn policy(effect: &str, action: &str, more: &str) -> String {
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "{effect}", "Action": "{action}"{more}}}]}}"#
    )
}

fn allow(action: &str) -> String {
    policy("Allow", action, r#", "Resource": "*""#)
}

fn deny(action: &str) -> String {
    policy("Deny", action, r#", "Resource": "*""#)
}

/// A statement of a resource's policy about these principals, with more members.
fn to(effect: &str, principal: &str, more: &str) -> String {
    let principal = match principal {
        "*" => r#""*""#.to_owned(),
        service if service.ends_with(".amazonaws.com") => format!(r#"{{"Service": "{service}"}}"#),
        map if map.starts_with('{') => map.to_owned(),
        aws => format!(r#"{{"AWS": "{aws}"}}"#),
    };
    policy(
        effect,
        "*",
        &format!(r#", "Resource": "*", "Principal": {principal}{more}"#),
    )
}

fn grant(principal: &str) -> String {
    to("Allow", principal, "")
}

fn refuse(principal: &str) -> String {
    to("Deny", principal, "")
}

/// A question under way.
struct Ask {
    policies: Vec<String>,
    request: String,
}

fn ask(principal: &str, action: &str, resource: &str) -> Ask {
    Ask {
        policies: Vec::new(),
        request: format!(
            r#""principal": "{principal}", "action": "{action}", "resource": "{resource}""#
        ),
    }
}

impl Ask {
    /// Adds a member of `policies`.
    fn with(mut self, name: &str, value: &str) -> Self {
        self.policies.push(format!(r#""{name}": {value}"#));
        self
    }

    fn identity(self, policy: &str) -> Self {
        self.with("identity", &format!("[{policy}]"))
    }

    fn resource(self, policy: &str) -> Self {
        self.with("resource", policy)
    }

    fn boundary(self, policy: &str) -> Self {
        self.with("boundary", &format!("[{policy}]"))
    }

    fn session(self, policy: &str) -> Self {
        self.with("session", policy)
    }

    /// Adds a member of `request`.
    fn given(mut self, name: &str, value: &str) -> Self {
        self.request += &format!(r#", "{name}": {value}"#);
        self
    }

    fn decide(&self) -> Decision {
        let text = format!(
            r#"{{"policies": {{{}}}, "request": {{{}}}}}"#,
            self.policies.join(", "),
            self.request
        );
        let document = parse_json(FileId::default(), &text).expect(&text);
        let questions = read_questions(&document);
        let question = &questions.items[0];
        assert_eq!(question.notes, [], "{text}");
        evaluate(&question.policies, question.answerable().expect("request"))
    }

    /// What comes of it, and which layer decides.
    fn is(&self, outcome: Outcome, layer: Layer) {
        let decision = self.decide();
        let about = || format!("{:?} {}", self.policies, self.request);
        assert_eq!(
            (decision.outcome, decision.layer),
            (outcome, layer),
            "{}",
            about()
        );
    }

    fn allowed_by(&self, layer: Layer) {
        self.is(Outcome::Allowed, layer);
    }

    fn not_allowed_by(&self, layer: Layer) {
        self.is(Outcome::ImplicitlyDenied, layer);
    }

    fn denied_by(&self, layer: Layer) {
        self.is(Outcome::ExplicitlyDenied, layer);
    }
}
