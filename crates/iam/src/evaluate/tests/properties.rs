//! What holds whatever the policies say, and what follows from texts that are not known.

use super::*;
use crate::{Context, Request, Symbols, read_symbolic};

const ACTIONS: &[&str] = &[
    "s3:GetObject",
    "s3:PutObject",
    "kms:Decrypt",
    "sts:AssumeRole",
];

fn statement() -> impl Strategy<Value = String> {
    let actions = prop::sample::select(vec!["s3:*", "s3:Get*", "kms:*", "sts:AssumeRole", "*"]);
    let who = prop::sample::select(vec!["*", USER, ROLE, SESSION, ROOT, OTHER]);
    let not = prop::sample::select(vec!["", "Not"]);
    (
        prop::sample::select(vec!["Allow", "Deny"]),
        not.clone(),
        actions,
        not,
        who,
    )
        .prop_map(|(effect, not_action, action, not_principal, who)| {
            format!(
                r#"{{"Effect": "{effect}", "{not_action}Action": "{action}", "Resource": "*", "{not_principal}Principal": {{"AWS": "{who}"}}}}"#
            )
        })
}

fn document(statements: &[String]) -> Policy {
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#,
        statements.join(", ")
    );
    crate::read_policy(&parse_json(FileId::default(), &text).expect("JSON").root).0
}

fn requests() -> Vec<Request> {
    let mut requests = Vec::new();
    for caller in [
        USER,
        SESSION,
        ROLE,
        ROOT,
        OTHER,
        "anonymous",
        "lambda.amazonaws.com",
    ] {
        for action in ACTIONS {
            requests.push(Request {
                caller: Caller::parse(caller),
                action: Arc::from(*action),
                resource: Arc::from("r"),
                resource_account: Some(Arc::from("111122223333")),
                context: Context::default(),
            });
        }
    }
    requests
}

fn with(layer: Layer, policy: Policy, others: &Policy) -> Policies {
    let (policy, others) = (Arc::new(policy), Arc::new(others.clone()));
    let mut policies = Policies {
        identity: vec![others.clone()],
        resource: Some(others.clone()),
        ..Policies::default()
    };
    match layer {
        Layer::Identity => policies.identity = vec![policy],
        Layer::Boundary => policies.boundary = Some(vec![policy]),
        Layer::Session => policies.session = Some(policy),
        Layer::Scp => policies.scp = vec![vec![policy]],
        Layer::Rcp => policies.rcp = vec![vec![policy]],
        Layer::Endpoint => policies.endpoint = vec![policy],
        Layer::Resource | Layer::PublicAccessBlock => policies.resource = Some(policy),
    }
    policies
}

const LAYERS: &[Layer] = &[
    Layer::Identity,
    Layer::Resource,
    Layer::Boundary,
    Layer::Session,
    Layer::Scp,
    Layer::Rcp,
    Layer::Endpoint,
];

fn outcome(policies: &Policies, request: &Request) -> Outcome {
    evaluate(policies, request).outcome
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn statements_have_no_order(statements in prop::collection::vec(statement(), 0..4), others in prop::collection::vec(statement(), 0..3)) {
        let others = document(&others);
        let backwards: Vec<String> = statements.iter().rev().cloned().collect();
        for layer in LAYERS {
            let forwards = with(*layer, document(&statements), &others);
            let backwards = with(*layer, document(&backwards), &others);
            for request in requests() {
                prop_assert_eq!(outcome(&forwards, &request), outcome(&backwards, &request));
            }
        }
    }

    #[test]
    fn a_deny_never_allows_and_an_allow_never_denies(statements in prop::collection::vec(statement(), 1..4), more in statement(), others in prop::collection::vec(statement(), 0..3)) {
        let others = document(&others);
        let adds_allow = more.contains("\"Allow\"");
        let mut longer = statements.clone();
        longer.push(more);
        for layer in LAYERS {
            let fewer = with(*layer, document(&statements), &others);
            let more = with(*layer, document(&longer), &others);
            for request in requests() {
                let (before, after) = (outcome(&fewer, &request), outcome(&more, &request));
                if adds_allow {
                    prop_assert!(before != Outcome::Allowed || after == Outcome::Allowed);
                } else {
                    prop_assert!(after != Outcome::Allowed || before == Outcome::Allowed);
                    prop_assert!(before != Outcome::ExplicitlyDenied || after == before);
                }
            }
        }
    }

    #[test]
    fn splitting_a_policy_changes_nothing(statements in prop::collection::vec(statement(), 1..5), others in prop::collection::vec(statement(), 0..3)) {
        let others = document(&others);
        let split: Vec<Arc<Policy>> = statements.iter().map(|s| Arc::new(document(std::slice::from_ref(s)))).collect();
        let whole = with(Layer::Identity, document(&statements), &others);
        let parts = Policies { identity: split, ..whole.clone() };
        for request in requests() {
            prop_assert_eq!(outcome(&whole, &request), outcome(&parts, &request));
        }
    }

    #[test]
    fn what_matched_explains_the_outcome(statements in prop::collection::vec(statement(), 0..4), others in prop::collection::vec(statement(), 0..3)) {
        let policies = with(Layer::Identity, document(&statements), &document(&others));
        for request in requests() {
            let decision = evaluate(&policies, &request);
            let denies = decision.matched.iter().any(|m| m.effect == Effect::Deny);
            prop_assert_eq!(decision.outcome == Outcome::ExplicitlyDenied, denies);
            prop_assert_ne!(decision.outcome, Outcome::Unknown);
            for matched in &decision.matched {
                prop_assert_eq!(policies.statement(matched).map(|s| s.effect), Some(matched.effect));
            }
        }
    }
}

/// The outcome for a queue's reader under policies in which `§` is a hole, and `¤` a symbol.
fn with_holes(identity: &[&str], resource: Option<&str>, request: &str) -> Decision {
    let mut symbols = Symbols::default();
    let (hole, symbol) = (symbols.hole("a parameter"), symbols.symbol("${Queue.Arn}"));
    let fill = |text: &str| {
        text.replace('§', &hole.to_string())
            .replace('¤', &symbol.to_string())
    };
    let read = |text: &&str| {
        let document = parse_json(FileId::default(), &fill(text)).expect("JSON");
        let (policy, notes) = read_symbolic(&document.root);
        assert_eq!(notes, []);
        Arc::new(policy)
    };
    let policies = Policies {
        identity: identity.iter().map(read).collect(),
        resource: resource.as_ref().map(read),
        ..Policies::default()
    };
    let decision = evaluate(
        &policies,
        &Request {
            caller: Caller::parse(SESSION),
            action: Arc::from("sqs:SendMessage"),
            resource: Arc::from(fill(request)),
            resource_account: None,
            context: Context::default(),
        },
    );
    assert!(decision.reasons.iter().all(|reason| *reason == hole));
    decision
}

#[test]
fn unknown_texts_matter_only_where_they_decide() {
    let on = |effect: &str, resource: &str| {
        policy(effect, "sqs:*", &format!(r#", "Resource": "{resource}""#))
    };
    let (known, maybe) = (on("Allow", "*"), on("Allow", "arn:aws:sqs:§"));
    let (denied, maybe_not) = (on("Deny", "*"), on("Deny", "§"));
    let outcome = |identity: &[&str]| with_holes(identity, None, QUEUE).outcome;
    assert_eq!(outcome(&[&maybe]), Outcome::Unknown);
    assert_eq!(with_holes(&[&maybe], None, QUEUE).reasons.len(), 1);
    assert_eq!(outcome(&[&maybe, &known]), Outcome::Allowed);
    assert_eq!(outcome(&[&known, &maybe_not]), Outcome::Unknown);
    assert_eq!(
        outcome(&[&known, &maybe_not, &denied]),
        Outcome::ExplicitlyDenied
    );
    assert_eq!(outcome(&[&maybe_not]), Outcome::ImplicitlyDenied);
    assert_eq!(
        outcome(&[&on("Allow", "arn:aws:s3:§")]),
        Outcome::ImplicitlyDenied
    );
    assert_eq!(outcome(&["\"§\""]), Outcome::Unknown);
    let effect = policy("§", "sqs:*", r#", "Resource": "*""#);
    assert_eq!(outcome(&[&effect]), Outcome::Unknown);
    assert_eq!(outcome(&[&effect, &known]), Outcome::Unknown);
}

#[test]
fn symbols_are_texts() {
    let on = |effect: &str, resource: &str| {
        policy(effect, "sqs:*", &format!(r#", "Resource": "{resource}""#))
    };
    let outcome = |policy: &str, resource| with_holes(&[policy], None, resource).outcome;
    assert_eq!(outcome(&on("Allow", "¤"), "¤"), Outcome::Allowed);
    assert_eq!(outcome(&on("Allow", "¤"), QUEUE), Outcome::ImplicitlyDenied);
    assert_eq!(outcome(&on("Allow", QUEUE), "¤"), Outcome::ImplicitlyDenied);
    assert_eq!(outcome(&on("Allow", "§"), "¤"), Outcome::Unknown);
}

#[test]
fn unknown_principals_and_accounts_may_be_the_callers() {
    let outcome = |who: &str| with_holes(&[], Some(&grant(who)), QUEUE).outcome;
    assert_eq!(outcome("§"), Outcome::Unknown);
    assert_eq!(
        outcome("arn:aws:iam::111122223333:role/§"),
        Outcome::Unknown
    );
    assert_eq!(outcome("arn:aws:iam::111122223333:§"), Outcome::Unknown);
    assert_eq!(
        outcome("arn:aws:iam::111122223333:user/§"),
        Outcome::ImplicitlyDenied
    );
    assert_eq!(
        outcome("arn:aws:iam::444455556666:role/§"),
        Outcome::ImplicitlyDenied
    );
    assert_eq!(
        with_holes(&[], Some(r#""§""#), QUEUE).outcome,
        Outcome::Unknown
    );
    // Whose the queue is decides whether its policy is needed.
    let elsewhere = "arn:aws:sqs:eu-west-1:§:q";
    let all = allow("*");
    assert_eq!(
        with_holes(&[&all], None, elsewhere).outcome,
        Outcome::Unknown
    );
    assert_eq!(
        with_holes(&[&all], Some(&grant("*")), elsewhere).outcome,
        Outcome::Allowed
    );
}
