//! Whether somebody from outside gets past the policy on a resource, decided by evaluation: the
//! statement that lets them in, under all denials beside it. A stranger is a role of an account
//! that no policy names. What a stranger decides alone (their own tags, how they name a session,
//! parameters of the request) may have any value that the policy asks for; what is not in their
//! hands (the organisation, the network, the source, an external id) has none.

use crate::outsiders::{Outsider, account_number};
use crate::permissions::{
    Proved, all_contexts, asked_about, filled, note_values, reason_of, verdict,
};
use crate::prelude::*;
use palisade_access::{Guard, LOG_WRITERS, everything};
use palisade_app::graph::Grant;
use palisade_core::Origin;
use palisade_iam::condition::{Operand, Test};
use palisade_iam::{
    Call, Caller, Context as Keys, ContextValue, Effect, Policies, Policy, Principal, Request,
    Statement, Text, Token, Truth,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// An account that no policy names.
const NOBODYS: &str = "000000000000";

/// The claims of a token, or other keys, with the values that are tried for each.
pub(crate) type Claims = BTreeMap<Arc<str>, Vec<Option<String>>>;

/// A role of an account that no policy names.
pub(crate) fn stranger() -> Caller {
    Caller::Principal(Arc::from(format!("arn:aws:iam::{NOBODYS}:role/AnyRole")))
}

/// A role of an account.
pub(crate) fn role_of(account: &str) -> Caller {
    Caller::Principal(Arc::from(format!("arn:aws:iam::{account}:role/AnyRole")))
}

/// The outsiders whom a statement lets do one of these things, and whether it surely does: anyone,
/// or else accounts that it names.
pub(crate) fn open_to<'g>(
    cx: &Context<'_>,
    grant: &'g Grant,
    actions: &[&str],
) -> Vec<(Outsider<'g>, Held)> {
    let doors = Doors::of(cx, grant);
    let anyone = doors.held_against(cx, &stranger(), actions, &grant.principal_at);
    if !anyone.verdict.passes() {
        return vec![(Outsider::Anyone, anyone)];
    }
    let accounts = accounts(cx, grant).into_iter().map(|account| {
        let held = held_against_account(cx, &doors, account, actions, &grant.principal_at);
        (Outsider::Account(account), held)
    });
    accounts
        .filter(|(_, held)| !held.verdict.passes())
        .collect()
}

/// What a stranger can do of this, thanks to a statement; it fails where they can.
pub(crate) fn open_to_anyone(cx: &Context<'_>, grant: &Grant, actions: &[&str]) -> Option<Held> {
    let held = Doors::of(cx, grant).held_against(cx, &stranger(), actions, &grant.principal_at);
    (!held.verdict.passes()).then_some(held)
}

/// Whether a statement holds against somebody: it fails where they get past.
#[derive(Debug)]
pub(crate) struct Held {
    /// In all worlds.
    pub(crate) verdict: Verdict,
    /// A request that gets past.
    pub(crate) witness: Option<Request>,
}

/// Whether the declared block of a bucket stands against public access: one of the settings is
/// enough. Nothing when no block is declared; buckets have a whole one by themselves since April
/// 2023.
pub(crate) fn blocked(bucket: &Resource, paths: [&'static str; 2]) -> Option<Verdict> {
    let block = bucket.at("PublicAccessBlockConfiguration");
    if block.iter().all(|leaf| leaf.present() == Answer::No) {
        return None;
    }
    let [one, other] = paths.map(|path| Want::on(path).judge(bucket));
    Some(one.or(other))
}

/// The same for access by a policy.
pub(crate) fn blocks_public_policy(bucket: &Resource) -> Option<Verdict> {
    let paths = [
        "PublicAccessBlockConfiguration.BlockPublicPolicy",
        "PublicAccessBlockConfiguration.RestrictPublicBuckets",
    ];
    blocked(bucket, paths)
}

/// The accounts that a statement names and that nobody trusts.
fn accounts<'g>(cx: &Context<'_>, grant: &'g Grant) -> Vec<&'g str> {
    use palisade_app::graph::Principal as Who;
    let zone = &cx.access().settings.zone;
    let own = &cx.access().account;
    let mut found = Vec::new();
    for principal in &grant.principals {
        let (Who::Account(text) | Who::Foreign(text)) = principal else {
            continue;
        };
        let account = crate::outsiders::account(text).filter(|a| account_number(a));
        if let Some(account) = account
            && account != own
            && !zone.accounts.contains(account)
            && !LOG_WRITERS.contains(&account)
            && !found.contains(&account)
        {
            found.push(account);
        }
    }
    found
}

/// A statement of a policy on a resource, in one world, with the denials beside it.
#[derive(Debug)]
pub(crate) struct Door<'c> {
    /// The statement.
    pub(crate) statement: &'c Statement,
    when: &'c [palisade_app::Condition],
    policy: Arc<Policy>,
    target: Option<&'c str>,
}

/// A statement as it was written, in each world.
#[derive(Debug, Default)]
pub(crate) struct Doors<'c> {
    /// The statement in the worlds in which it is there.
    pub(crate) all: Vec<Door<'c>>,
    /// The worlds in which it is not.
    without: Vec<&'c [palisade_app::Condition]>,
    /// What stands there instead, when too many conditions decide about the policy.
    hidden: Option<&'c Statement>,
}

impl<'c> Doors<'c> {
    /// The doors of a statement.
    pub(crate) fn of(cx: &'c Context<'_>, grant: &Grant) -> Self {
        let guards = cx.access().guards.iter();
        let mut doors = Self::default();
        for guard in guards.filter(|guard| guard.written_in == grant.written_in) {
            doors = Self::within(cx, guard, grant);
            if !doors.all.is_empty() {
                break;
            }
        }
        doors
    }

    fn within(cx: &'c Context<'_>, guard: &'c Guard, grant: &Grant) -> Self {
        let access = cx.access();
        let target = guard.targets.first().map(|id| &**id);
        let mut doors = Self::default();
        // All statements of a document that is one text stand at the same place.
        let mut here = cx
            .app
            .graph()
            .grants_in(&grant.written_in)
            .filter(|other| other.effect == grant.effect && other.at.span == grant.at.span);
        let nth = here.position(|other| std::ptr::eq(other, grant));
        for (when, policy) in &guard.worlds {
            let wanted = |s: &&Statement| s.origin.span == grant.at.span;
            let mut here = policy.of_effect(Effect::Allow).filter(wanted);
            let Some(statement) = here.nth(nth.unwrap_or_default()) else {
                doors.without.push(when);
                let mut vague = policy.statements.iter().filter(|s| s.uncertain.is_some());
                doors.hidden = doors.hidden.or_else(|| vague.next());
                continue;
            };
            let joined = target.and_then(|target| access.guard(target, when));
            let known = |s: &&Statement| s.effect == Effect::Deny && s.uncertain.is_none();
            let all = joined.as_ref().unwrap_or(policy);
            let mut statements = vec![statement.clone()];
            statements.extend(all.statements.iter().filter(known).cloned());
            doors.all.push(Door {
                statement,
                when,
                policy: Arc::new(Policy {
                    version: policy.version,
                    statements,
                }),
                target: target.and_then(|target| access.arn(target)),
            });
        }
        doors
    }

    /// Whether it holds in all worlds.
    pub(crate) fn held(
        &self,
        cx: &Context<'_>,
        at: &Origin,
        lets: impl Fn(&Door<'_>) -> Proved,
    ) -> Held {
        let (mut witness, mut place) = (None, at);
        let mut answers = Vec::new();
        for door in &self.all {
            let Proved { truth, request } = lets(door);
            let answer = match truth {
                Truth::Yes => Answer::No,
                Truth::No => Answer::Yes,
                Truth::Maybe => Answer::Unknown(reason_of(cx.access(), door.statement)),
            };
            witness = witness.or(request.filter(|_| truth == Truth::Yes));
            answers.push((answer, door.when));
        }
        answers.extend(self.without.iter().map(|when| (Answer::Yes, *when)));
        if let (true, Some(hidden)) = (self.all.is_empty(), self.hidden) {
            // One place for all statements that are hidden.
            answers = vec![(Answer::Unknown(reason_of(cx.access(), hidden)), &[])];
            place = &hidden.origin;
        }
        Held {
            verdict: verdict(answers, place),
            witness,
        }
    }

    /// Whether it holds against those whom it names, with any of these actions.
    pub(crate) fn held_against_named(
        &self,
        cx: &Context<'_>,
        meant: impl Fn(&Caller) -> bool,
        actions: &[&str],
        at: &Origin,
    ) -> Held {
        let none = Claims::new();
        self.held(cx, at, |door| {
            let callers = named(door.statement).into_iter().filter(&meant);
            Proved::any(callers.flat_map(|caller| {
                let lets = |action: &&str| door.lets(cx, &caller, action, &none);
                actions.iter().map(lets).collect::<Vec<_>>()
            }))
        })
    }

    /// Whether it holds against a caller with any of these actions.
    pub(crate) fn held_against(
        &self,
        cx: &Context<'_>,
        caller: &Caller,
        actions: &[&str],
        at: &Origin,
    ) -> Held {
        let none = Claims::new();
        self.held(cx, at, |door| {
            Proved::any(
                actions
                    .iter()
                    .map(|action| door.lets(cx, caller, action, &none)),
            )
        })
    }
}

/// The same for any role of an account, or just for the principal that the statement names.
fn held_against_account(
    cx: &Context<'_>,
    doors: &Doors<'_>,
    account: &str,
    actions: &[&str],
    at: &Origin,
) -> Held {
    doors.held(cx, at, |door| {
        let named = door.statement.principals.iter().flat_map(|p| &p.items);
        let of_account = named.filter_map(|item| match &item.who {
            Principal::Arn(arn) if arn.contains(account) => Some(Caller::Principal(arn.clone())),
            _ => None,
        });
        Proved::any(of_account.chain([role_of(account)]).flat_map(|caller| {
            let lets = move |action: &&str| door.lets(cx, &caller, action, &Claims::new());
            actions.iter().map(lets).collect::<Vec<_>>()
        }))
    })
}

impl Door<'_> {
    /// Whether somebody gets past the policy with an action, thanks to this statement.
    pub(crate) fn lets(
        &self,
        cx: &Context<'_>,
        caller: &Caller,
        action: &str,
        claims: &Claims,
    ) -> Proved {
        if self.statement.matches_action(&action.to_ascii_lowercase()) == Truth::No {
            return Proved::NO;
        }
        let Some(resource) = self.resource() else {
            return Proved {
                truth: Truth::Maybe,
                request: None,
            };
        };
        let policies = Policies {
            identity: vec![everything()],
            resource: Some(self.policy.clone()),
            rcp: cx.access().settings.zone.rcp.clone(),
            ..Policies::default()
        };
        let contexts = contexts(cx, &self.policy, caller, claims).into_iter();
        let requests = contexts.map(|context| Request {
            caller: caller.clone(),
            action: Arc::from(action),
            resource: Arc::from(resource.as_str()),
            resource_account: Some(Arc::from(cx.access().account.as_str())),
            context,
        });
        let matching = |r: &Request| self.statement.matches(&Call::of(r)) != Truth::No;
        Proved::any(requests.filter(matching).map(|r| Proved::by(&policies, r)))
    }

    /// A resource that the statement is about: the one that carries the policy, or something in it.
    fn resource(&self) -> Option<String> {
        let target = self.target.unwrap_or("*").to_owned();
        let Some(element) = &self.statement.resources else {
            return Some(target);
        };
        let inside = format!("{target}/any");
        let none = Keys::default();
        let about = |arn: &String| self.statement.matches_resource(arn, &none) == Truth::Yes;
        let mut own = [target.clone(), inside].into_iter();
        let written = element.patterns.iter().filter(|_| !element.except);
        let mut written = written.filter_map(|text| filled(text.widest().tokens(), "any"));
        match own.find(about) {
            Some(arn) => Some(arn),
            None if element.except => Some(target),
            None => written.next(),
        }
    }
}

/// Keys of the provider that callers decide for themselves.
const OWN: &[&str] = &[
    "aws:calledvia",
    "aws:calledviafirst",
    "aws:calledvialast",
    "aws:referer",
    "aws:requestedregion",
    "aws:sourceidentity",
    "aws:tagkeys",
    "aws:useragent",
    "aws:username",
];

/// Keys of services that are not in a caller's hands.
const NOT_OWN: &[&str] = &[
    "ec2:sourceinstancearn",
    "elasticfilesystem:accessedviamounttarget",
    "elasticfilesystem:accesspointarn",
    "events:creatoraccount",
    "kms:calleraccount",
    "lambda:eventsourcetoken",
    "lambda:sourcefunctionarn",
    "s3:accesspointnetworkorigin",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "sns:endpoint",
    "sts:externalid",
];

/// Whether callers decide about a key, in lower case, for themselves.
fn own(key: &str) -> bool {
    if key.starts_with("aws:") {
        let tag = |prefix: &str| key.starts_with(prefix);
        return OWN.contains(&key)
            || tag("aws:principaltag/")
            || tag("aws:requesttag/")
            || tag("aws:resourcetag/");
    }
    !NOT_OWN.contains(&key)
}

/// An address of the internet.
const ADDRESS: &str = "151.101.1.6";

/// At most so many contexts are tried.
const MAX_CONTEXTS: usize = 64;

/// The contexts that a caller can bring.
fn contexts(cx: &Context<'_>, policy: &Policy, caller: &Caller, claims: &Claims) -> Vec<Keys> {
    let mut facts = Keys::default();
    let mut fact = |key: &str, value: &str| {
        facts.insert(key, ContextValue::Single(Arc::from(value)));
    };
    fact("aws:securetransport", "true");
    fact("aws:sourceip", ADDRESS);
    fact("aws:currenttime", &cx.today.to_string());
    fact("aws:multifactorauthpresent", "true");
    fact("aws:multifactorauthage", "1");
    let service = matches!(caller, Caller::Service(_));
    fact(
        "aws:principalisawsservice",
        if service { "true" } else { "false" },
    );
    fact("aws:viaawsservice", "false");
    fact("s3:tlsversion", "1.3");
    let mut choices = claims.clone();
    if let (Caller::Principal(_), Some(account)) = (caller, caller.account()) {
        fact("aws:principaltype", "AssumedRole");
        fact("aws:principalaccount", account);
        fact("kms:calleraccount", account);
    }
    for test in policy.statements.iter().flat_map(|s| &s.conditions) {
        let key = &test.key;
        if claims.contains_key(key) || facts.get(key).is_some() {
            continue;
        }
        let own_arn = match caller {
            Caller::Principal(arn) if &**key == "aws:principalarn" => Some(Some(arn.to_string())),
            _ => None,
        };
        let values = choices
            .entry(key.clone())
            .or_insert_with(|| own_arn.into_iter().collect());
        if own(key) {
            note_values(values, test);
        } else {
            let absent = if &**key == "aws:principalarn" {
                None
            } else {
                Some(None)
            };
            let wide = test.operands.iter().filter_map(of_anybody).map(Some);
            for value in wide.chain(absent) {
                if !values.contains(&value) {
                    values.push(value);
                }
            }
        }
    }
    let organisation = cx.access().settings.zone.rcp.iter().flatten();
    let all = organisation.map(|policy| &**policy).chain([policy]);
    let statements: Vec<&Statement> = all.flat_map(|policy| &policy.statements).collect();
    if let (Caller::Principal(arn), false) = (caller, choices.contains_key("aws:principalarn")) {
        facts.insert("aws:principalarn", ContextValue::Single(arn.clone()));
    }
    let facts = asked_about(&facts, &statements);
    all_contexts(&facts, &choices, MAX_CONTEXTS)
}

/// A value of somebody else that fits an operand, if it leaves room for one.
fn of_anybody(operand: &Operand) -> Option<String> {
    let Operand::Text(text) = operand else {
        return None;
    };
    let pattern = text.widest();
    let parts = pattern.arn_parts();
    let wild = |part: &[Token]| part.contains(&Token::Run);
    let [scheme, partition, service, region, account, resource] = parts.as_slice() else {
        // Whatever begins with a wildcard leaves room for everybody.
        return match pattern.tokens() {
            [Token::Run, ..] => filled(pattern.tokens(), "any"),
            _ => None,
        };
    };
    // Names of buckets are unique in the world; elsewhere the account says whose it is.
    let room = wild(account) || (account.is_empty() && resource.first() == Some(&Token::Run));
    if !room {
        return None;
    }
    let mut arn: Vec<String> = Vec::new();
    for part in [scheme, partition, service, region] {
        arn.push(filled(part, "any")?);
    }
    arn.push(filled(account, NOBODYS)?);
    arn.push(filled(resource, "any")?);
    Some(arn.join(":"))
}

/// The texts that a test compares with.
pub(crate) fn texts(test: &Test) -> impl Iterator<Item = &Text> {
    test.operands.iter().filter_map(|operand| match operand {
        Operand::Text(text) => Some(text),
        _ => None,
    })
}

/// Those whom a statement names; of an account, some role.
pub(crate) fn named(statement: &Statement) -> Vec<Caller> {
    let all = statement.principals.iter().flat_map(|p| &p.items);
    let callers = all.filter_map(|item| match &item.who {
        Principal::Everyone => Some(stranger()),
        Principal::Account(account) => Some(role_of(account)),
        Principal::Arn(arn) => Some(Caller::Principal(arn.clone())),
        Principal::Service(service) => Some(Caller::Service(service.clone())),
        Principal::Federated(provider) => Some(Caller::Federated(provider.clone())),
        Principal::Id(_) | Principal::CanonicalUser(_) | Principal::Unknown(_) => None,
    });
    callers.collect()
}
