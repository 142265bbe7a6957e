use super::*;
use palisade_core::FileId;
use palisade_iam::{Outcome, evaluate, read_policies, read_policy};
use palisade_syntax::parse_json;

/// The `policies` object of a question.
fn policies(text: &str) -> Policies {
    let node = parse_json(FileId::NONE, text).expect("JSON").root;
    let (policies, notes) = read_policies(&node);
    assert_eq!(notes, [], "{text}");
    policies
}

fn policy(text: &str) -> Arc<Policy> {
    let node = parse_json(FileId::NONE, text).expect("JSON").root;
    Arc::new(read_policy(&node).0)
}

fn allow(actions: &str, rest: &str) -> String {
    let actions: Vec<String> = actions
        .split(' ')
        .map(|action| format!("{action:?}"))
        .collect();
    let resource = if rest.contains("Resource") {
        ""
    } else {
        r#","Resource":"*""#
    };
    format!(
        r#"{{"Effect":"Allow","Action":[{}]{resource}{rest}}}"#,
        actions.join(",")
    )
}

fn deny(actions: &str, rest: &str) -> String {
    allow(actions, rest).replace("Allow", "Deny")
}

fn document(statements: &[String]) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{}]}}"#,
        statements.join(",")
    )
}

const USER: &str = "arn:aws:iam::111122223333:user/dev/alice";
const ROLE: &str = "arn:aws:iam::111122223333:role/ci";

fn ask(policies: &Policies, principal: Option<&str>, inventory: Option<&Inventory>) -> Escalation {
    let found = escalate(&Question {
        policies,
        principal,
        inventory,
        catalogue: Catalogue::builtin(),
    });
    for path in &found.paths {
        proved(policies, inventory, path);
    }
    found
}

/// Each step's request is allowed as it stands.
fn proved(policies: &Policies, inventory: Option<&Inventory>, path: &EscalationPath) {
    assert!(!path.steps.is_empty());
    for step in &path.steps {
        let palisade_iam::Caller::Principal(caller) = &step.request.caller else {
            panic!("{step:?}");
        };
        // Of a chain, the later steps are made by roles.
        let role = inventory.and_then(|inventory| inventory.get(caller));
        let own = match role {
            Some(role) => Policies {
                identity: role.identity.clone(),
                ..Policies::default()
            },
            None => policies.clone(),
        };
        let resource = match (&step.resource_policy, inventory) {
            (Some(text), _) => Some(policy(text)),
            (None, Some(inventory)) => inventory
                .get(&step.request.resource)
                .map(|role| role.trust.clone()),
            _ => None,
        };
        let all = Policies { resource, ..own };
        assert_eq!(
            evaluate(&all, &step.request).outcome,
            Outcome::Allowed,
            "{step:#?}"
        );
    }
}

fn methods(found: &Escalation) -> Vec<&'static str> {
    found.paths.iter().map(|path| path.method).collect()
}

/// The methods open to somebody with these statements.
fn check(principal: Option<&str>, statements: &[String], expected: &[&str]) {
    let text = format!(r#"{{"identity":[{}]}}"#, document(statements));
    let found = ask(&policies(&text), principal, None);
    assert_eq!(methods(&found), expected, "{text}");
}

#[test]
fn first() {
    check(
        Some(USER),
        &[allow("iam:CreatePolicyVersion", "")],
        &["create-policy-version"],
    );
    check(
        None,
        &[allow(
            "iam:PassRole lambda:CreateFunction lambda:InvokeFunction",
            "",
        )],
        &["lambda-invoke"],
    );
    check(None, &[allow("s3:*", "")], &[]);
    check(None, &[allow("*", "")], &["administrator"]);
}
