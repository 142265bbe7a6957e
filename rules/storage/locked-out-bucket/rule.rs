//! Buckets whose policy denies its own change to everybody: only the root user can mend it.

use crate::permissions::{all_contexts, note_values, verdict};
use crate::prelude::*;
use crate::strangers::{named, role_of};
use palisade_access::{Guard, everything};
use palisade_iam::{
    Caller, Context as Keys, ContextValue, Effect, Outcome, Policies, Policy, Request, evaluate,
};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) static RULE: Rule = Rule {
    id: "locked-out-bucket",
    title: "the bucket's policy locks everyone out",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["SCSP-1.2"],
    cwe: Some(284),
    aliases: &["CKV_AWS_93"],
    since: "0.1.0",
    check: Check::Application(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for guard in &cx.access().guards {
        let policy = cx.app.resource(&guard.written_in);
        if let Some(policy) = policy.filter(|p| &*p.kind == "AWS::S3::BucketPolicy") {
            judge(cx, guard, policy, sink);
        }
    }
}

fn judge(cx: &Context<'_>, guard: &Guard, policy: &Resource, sink: &mut Sink<'_>) {
    let bucket = guard.targets.first().map_or("", |id| &**id);
    let (mut at, mut witness) = (None, None);
    let mut answers = Vec::new();
    for (when, document) in &guard.worlds {
        let locking = locking(cx, document, bucket);
        answers.push((Answer::from(locking.is_none()), when.as_slice()));
        if let (Some((n, request)), None) = (locking, at) {
            (at, witness) = (document.statements.get(n), Some(request));
        }
    }
    let Some(statement) = at else { return };
    sink.finding(policy)
        .property("PolicyDocument")
        .at(&statement.origin)
        .aliases(&["CKV_AWS_93"])
        .message("nobody but the root user can use the bucket or change this policy: the denial spares no one")
        .help("spare the roles that administer the bucket, with a condition on `aws:PrincipalArn`")
        .witness(witness.as_ref(), &cx.access().symbols)
        .judge(verdict(answers, &statement.origin));
}

/// The statement that denies the change of the policy to everybody, under whatever conditions; with
/// a request that it denies.
fn locking(cx: &Context<'_>, document: &Arc<Policy>, bucket: &str) -> Option<(usize, Request)> {
    let access = cx.access();
    document.of_effect(Effect::Deny).next()?;
    let mut choices: BTreeMap<Arc<str>, Vec<Option<String>>> = BTreeMap::new();
    for test in document.statements.iter().flat_map(|s| &s.conditions) {
        let values = choices.entry(test.key.clone()).or_default();
        note_values(values, test);
        values.push(Some("any".to_owned()));
    }
    let mut facts = Keys::default();
    facts.insert("aws:securetransport", ContextValue::Single(Arc::from("true")));
    choices.remove("aws:securetransport");
    let contexts = all_contexts(&facts, &choices, 64);
    let mut callers = vec![role_of(&access.account)];
    callers.extend(document.statements.iter().flat_map(named));
    let policies = Policies {
        identity: vec![everything()],
        resource: Some(document.clone()),
        ..Policies::default()
    };
    let mut locking = None;
    for caller in callers.iter().filter(|c| matches!(c, Caller::Principal(_))) {
        for context in &contexts {
            let request = Request {
                caller: caller.clone(),
                action: Arc::from("s3:PutBucketPolicy"),
                resource: Arc::from(access.arn(bucket).unwrap_or("arn:aws:s3:::any")),
                resource_account: Some(Arc::from(access.account.as_str())),
                context: context.clone(),
            };
            let decision = evaluate(&policies, &request);
            if decision.outcome != Outcome::ExplicitlyDenied {
                return None;
            }
            let mut denials = decision.matched.iter();
            let denial = denials.find(|m| m.effect == Effect::Deny);
            locking = locking.or(denial.map(|m| (m.statement, request)));
        }
    }
    locking
}
