//! The policies of an identity or on a resource as sides of an exact comparison, and answers of
//! comparisons in words.

use crate::access::Access;
use crate::identities::{Identity, Permissions};
use crate::targets;
use crate::worlds::agree;
use palisade_app::Condition;
use palisade_core::{FileId, Location, Origin};
use palisade_iam::compare::{Containment, Layer, Reason, Side, Witness};
use palisade_iam::{
    Caller, Context, ContextValue, Effect, Element, Pattern, Policy, Principal, Principals,
    Request, Statement, Symbols, Syntax, Text, Token, Truth, Version, arn_part, is_hole,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Everything that decides about requests of an identity: its own policies come first, then its
/// boundary, the organisation's policies, and what policies on resources deny it.
pub(crate) fn of_identity(
    access: &Access<'_>,
    identity: &Identity,
    permissions: &Permissions,
) -> Side {
    let own = permissions.identity.iter().map(|a| a.policy.clone());
    let mut layers = vec![layer("identity", own.collect())];
    if let Some(boundary) = &permissions.boundary {
        layers.push(layer("boundary", vec![boundary.policy.clone()]));
    }
    for level in &access.settings.zone.scp {
        layers.push(layer("scp", level.clone()));
    }
    let denials = denials(access, identity, &permissions.when);
    if !denials.is_empty() {
        let mut statements = vec![statement(None, vec![any()], vec![any()])];
        statements.extend(denials);
        layers.push(layer("resource", vec![policy(statements)]));
    }
    Side { layers }
}

/// The grants and denials of the policies on a resource; each of them is about that resource.
pub(crate) fn of_guard(access: &Access<'_>, id: &str, when: &[Condition]) -> Option<Side> {
    let policy = access.guard(id, when)?;
    Some(Side {
        layers: vec![layer("resource", vec![policy])],
    })
}

/// What policies on resources surely deny an identity. What only may concern it is left out.
fn denials(access: &Access<'_>, identity: &Identity, when: &[Condition]) -> Vec<Statement> {
    let mut found = Vec::new();
    for guard in &access.guards {
        let Some((_, policy)) = guard.worlds.iter().find(|(world, _)| agree(world, when)) else {
            continue;
        };
        for denial in policy.of_effect(Effect::Deny) {
            let names = denial.principals.as_ref();
            if !names.is_none_or(|names| concerns(names, identity, &access.account)) {
                continue;
            }
            let mut denial = denial.clone();
            denial.principals = None;
            let everywhere = (denial.resources.as_ref()).is_none_or(|element| {
                let all = |text: &Text| text.plain().is_some_and(Pattern::is_everything);
                !element.except && element.patterns.iter().any(all)
            });
            if everywhere {
                // It is about the resource that it is on, and about nothing else.
                let arns: Vec<Text> = (guard.targets.iter())
                    .filter_map(|id| access.arn(id))
                    .flat_map(|arn| [text(arn), text(&format!("{arn}/*"))])
                    .collect();
                if arns.is_empty() {
                    continue;
                }
                denial.resources = Some(element(arns));
            }
            found.push(denial);
        }
    }
    found
}

fn concerns(names: &Principals, identity: &Identity, account: &str) -> bool {
    let named = Truth::any(names.items.iter().map(|item| match &item.who {
        Principal::Everyone => Truth::Yes,
        Principal::Account(of) => Truth::from(**of == *account),
        Principal::Arn(arn) if arn.chars().any(is_hole) => Truth::Maybe,
        Principal::Arn(arn) => Truth::from(**arn == *identity.arn),
        Principal::Unknown(_) | Principal::Id(_) => Truth::Maybe,
        Principal::Service(_) | Principal::Federated(_) | Principal::CanonicalUser(_) => Truth::No,
    }));
    named.negate_if(names.except) == Truth::Yes
}

/// Two sides without what the other one grants word for word as well; nothing when nothing is left
/// that it may not grant. The same words are the same also where a text in them is not known: they are
/// of two versions of one application.
pub(crate) fn rest(own: &Side, other: &Side) -> Option<(Side, Side)> {
    let whole = || Some((own.clone(), other.clone()));
    let ([first, more @ ..], [granting, others @ ..]) = (&*own.layers, &*other.layers) else {
        return whole();
    };
    let all = |layers: &[Layer]| -> Vec<[BTreeSet<String>; 2]> {
        let both = |layer| [words(layer, Effect::Allow), words(layer, Effect::Deny)];
        layers.iter().map(both).collect()
    };
    let denied = words(first, Effect::Deny);
    if all(more) != all(others) || !words(granting, Effect::Deny).is_subset(&denied) {
        return whole();
    }
    let granted = words(granting, Effect::Allow);
    let left = |policy: &Arc<Policy>| {
        let mut policy = Policy::clone(policy);
        let version = policy.version;
        policy.statements.retain(|statement| {
            statement.effect == Effect::Deny || !granted.contains(&wording(version, statement))
        });
        Arc::new(policy)
    };
    let policies: Vec<Arc<Policy>> = first.policies.iter().map(left).collect();
    let grants = policies.iter().flat_map(|p| p.of_effect(Effect::Allow));
    let grants: Vec<Element> = grants.map(|grant| grant.actions.clone()).collect();
    let mut own = own.clone();
    own.layers[0].policies = policies;
    let actions: Vec<&Text> = grants.iter().flat_map(|grant| &grant.patterns).collect();
    match grants.iter().any(|grant| grant.except) {
        _ if grants.is_empty() => None,
        true => Some((own, other.clone())),
        false => Some((narrowed(&own, &actions), narrowed(other, &actions))),
    }
}

fn words(layer: &Layer, effect: Effect) -> BTreeSet<String> {
    let policies = layer.policies.iter();
    let of = |policy: &'_ Arc<Policy>| -> Vec<String> {
        let statements = policy.of_effect(effect);
        statements.map(|s| wording(policy.version, s)).collect()
    };
    policies.flat_map(of).collect()
}

/// A statement as it counts, wherever it was written.
fn wording(version: Version, statement: &Statement) -> String {
    let element = |element: &Element| {
        let mut texts: Vec<&str> = element.patterns.iter().map(|p| &*p.written).collect();
        texts.sort_unstable();
        (element.except, format!("{texts:?}"))
    };
    let names = statement.principals.as_ref().map(|names| {
        let who: Vec<&Principal> = names.items.iter().map(|item| &item.who).collect();
        (names.except, who)
    });
    let tests = statement.conditions.iter();
    let tests: Vec<_> = tests.map(|t| (t.operator, &t.key, &t.written)).collect();
    format!(
        "{version:?} {:?} {:?} {names:?} {tests:?} {:?}",
        element(&statement.actions),
        statement.resources.as_ref().map(element),
        statement.uncertain
    )
}

/// A side without what can't be about any of these actions; a long policy is mostly that.
pub(crate) fn narrowed(side: &Side, actions: &[&Text]) -> Side {
    let meets = |text: &Text| match text.plain() {
        Some(pattern) => actions.iter().any(|action| match action.plain() {
            Some(action) => may_meet(pattern, action),
            None => true,
        }),
        None => true,
    };
    let statement = |statement: &Statement| {
        if statement.actions.except {
            return Some(statement.clone());
        }
        let patterns = statement.actions.patterns.iter();
        let patterns: Vec<Text> = patterns.filter(|text| meets(text)).cloned().collect();
        (!patterns.is_empty()).then(|| Statement {
            actions: Element {
                patterns,
                ..statement.actions.clone()
            },
            ..statement.clone()
        })
    };
    let policy = |policy: &Arc<Policy>| {
        Arc::new(Policy {
            version: policy.version,
            statements: policy.statements.iter().filter_map(statement).collect(),
        })
    };
    let layer = |layer: &Layer| Layer {
        name: layer.name.clone(),
        policies: layer.policies.iter().map(policy).collect(),
    };
    Side {
        layers: side.layers.iter().map(layer).collect(),
    }
}

/// Whether a text can match both; where both have wildcards, as far as their beginnings tell.
fn may_meet(a: &Pattern, b: &Pattern) -> bool {
    if let Some(text) = a.as_literal() {
        return b.matches(&text) != Truth::No;
    }
    if let Some(text) = b.as_literal() {
        return a.matches(&text) != Truth::No;
    }
    let characters = |token: &&Token| matches!(token, Token::Char(_));
    let (a, b) = (a.tokens().iter(), b.tokens().iter());
    let together = a.take_while(characters).zip(b.take_while(characters));
    together.into_iter().all(|(a, b)| a == b)
}

/// A layer that allows only these actions on these resources.
pub(crate) fn scope(actions: &[Arc<str>], resources: Vec<Text>) -> Layer {
    // Actions are compared in lower case.
    let actions = actions
        .iter()
        .map(|action| text(&action.to_ascii_lowercase()));
    let actions = actions.collect();
    layer(
        "asked",
        vec![policy(vec![statement(None, actions, resources)])],
    )
}

pub(crate) fn layer(name: &str, policies: Vec<Arc<Policy>>) -> Layer {
    Layer {
        name: Arc::from(name),
        policies,
    }
}

fn policy(statements: Vec<Statement>) -> Arc<Policy> {
    Arc::new(Policy {
        version: Version::V2012,
        statements,
    })
}

fn statement(sid: Option<Arc<str>>, actions: Vec<Text>, resources: Vec<Text>) -> Statement {
    Statement {
        sid,
        effect: Effect::Allow,
        principals: None,
        actions: element(actions),
        resources: Some(element(resources)),
        conditions: Vec::new(),
        uncertain: None,
        origin: Origin::default(),
    }
}

fn element(patterns: Vec<Text>) -> Element {
    Element {
        except: false,
        patterns,
        span: palisade_core::Span::default(),
    }
}

fn any() -> Text {
    text("*")
}

/// A text of a policy with wildcards and variables.
pub(crate) fn text(written: &str) -> Text {
    let syntax = Syntax {
        wildcards: true,
        variables: true,
    };
    Text::new(written, palisade_core::Span::default(), syntax)
}

/// Why it is not known whether a side is within another one, for people; nothing when it is known.
pub(crate) fn doubts(answer: &Containment, symbols: &Symbols) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    if answer.holds.is_some() {
        return told;
    }
    for reason in &answer.unknown {
        let text = match reason {
            Reason::Hole(hole) => match symbols.reason(*hole) {
                // Most reasons go on from "a text that".
                Some(reason) if reason.starts_with(|c: char| c.is_ascii_lowercase()) => {
                    format!("it depends on a text that is not known: {reason}")
                }
                Some(reason) => reason.to_string(),
                None => "it depends on a text that is not known".to_owned(),
            },
            Reason::Variable(text) => {
                format!("it depends on what `{}` stands for", symbols.show(text))
            }
            Reason::MixedKinds(key) => format!("`{key}` is compared as different kinds of value"),
            Reason::ManyVariables(key) => {
                format!("too many variables decide about `{key}`")
            }
            Reason::Budget => "the comparison takes too long".to_owned(),
            Reason::Internal(request) => {
                format!("internal: {} is decided in two ways", symbols.show(request))
            }
        };
        if !told.contains(&text) {
            told.push(text);
        }
    }
    if told.is_empty() {
        told.push("the comparison gives no answer".to_owned());
    }
    told
}

/// A witness as it could really be asked, where that proves the same: by the caller who has the
/// policies, on a resource that the action takes.
pub(crate) fn real(
    access: &Access<'_>,
    caller: &str,
    witness: &Witness,
    own: &Side,
    other: &Side,
) -> Request {
    let mut request = witness.request.clone();
    let mut try_out = |change: &dyn Fn(&mut Request)| {
        let mut changed = request.clone();
        change(&mut changed);
        let proves = own.allows(&changed) == Truth::Yes && other.allows(&changed) == Truth::No;
        if proves {
            request = changed;
        }
        proves
    };
    try_out(&|request| request.caller = Caller::Principal(Arc::from(caller)));
    let (action, resource) = (&witness.request.action, &witness.request.resource);
    for text in targets::takes(access, action, resource) {
        if try_out(&|request| request.resource = Arc::from(text.as_str())) {
            break;
        }
    }
    at_home(access, &mut request);
    request
}

/// Puts the resource of a request into the application's account, where its ARN names none.
pub(crate) fn at_home(access: &Access<'_>, request: &mut Request) {
    let names_none = arn_part(&request.resource, 4).is_none();
    request.resource_account = names_none.then(|| Arc::from(access.account.as_str()));
}

/// A request with names instead of symbols.
pub(crate) fn shown(request: &Request, symbols: &Symbols) -> Request {
    let show = |text: &Arc<str>| -> Arc<str> { Arc::from(symbols.show(text)) };
    let mut context = Context::default();
    for (key, value) in request.context.iter() {
        let value = match value {
            ContextValue::Single(value) => ContextValue::Single(show(value)),
            ContextValue::Many(values) => ContextValue::Many(values.iter().map(show).collect()),
        };
        context.insert(key, value);
    }
    Request {
        caller: match &request.caller {
            Caller::Principal(name) => Caller::Principal(show(name)),
            Caller::Service(name) => Caller::Service(show(name)),
            Caller::Federated(name) => Caller::Federated(show(name)),
            Caller::Anonymous => Caller::Anonymous,
        },
        action: request.action.clone(),
        resource: show(&request.resource),
        resource_account: request.resource_account.as_ref().map(show),
        context,
    }
}

/// The place of a statement; of a policy that the provider manages, where it is attached.
pub(crate) fn place(access: &Access<'_>, at: &Origin) -> Option<Location> {
    (at.span.file != FileId::NONE).then(|| access.app.sources.location(at.span))
}
