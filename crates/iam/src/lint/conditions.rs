//! Tests that never hold, or always do: keys that nothing has, operators of another type, tests
//! that contradict each other.

use super::{Found, is_symbolic};
use crate::catalogue::{Catalogue, ConditionKey, KeyKind, KeyType};
use crate::condition::{Compare, Family, Operand, Quantifier, Test};
use crate::policy::{Effect, Statement};
use crate::read::{Note, cut};
use crate::request::{Context, ContextValue};
use crate::truth::Truth;
use palisade_core::suggest;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn check(
    statement: &Statement,
    found: &Found<'_>,
    catalogue: &Catalogue,
    notes: &mut Vec<Note>,
) {
    let mut by_key: BTreeMap<&str, Vec<&Test>> = BTreeMap::new();
    for test in &statement.conditions {
        by_key.entry(&test.key).or_default().push(test);
    }
    for (key, tests) in by_key {
        let Some(first) = tests.first() else {
            continue;
        };
        let Some((key, kind)) = catalogued(key, catalogue) else {
            notes.extend(unknown(first, catalogue));
            continue;
        };
        for test in &tests {
            notes.extend(mismatch(test, kind));
            notes.extend(quantifier(test, kind, statement.effect));
        }
        notes.extend(unsupported(first, &key, found));
        if !kind.many && contradict(&tests) {
            let message = format!(
                "no value of `{}` passes all of its tests",
                cut(&first.written_key)
            );
            let note = Note::warning(first.span, message);
            notes.push(note.help("so the statement never matches"));
        }
    }
}

/// A key as the catalogue has it, which writes the name of a tag as `tag-key` here and there.
fn catalogued<'a>(key: &'a str, catalogue: &Catalogue) -> Option<(Cow<'a, str>, KeyType)> {
    if let Some(kind) = catalogue.condition_key(key) {
        return Some((Cow::Borrowed(key), kind));
    }
    let key = format!("{}/tag-key", key.split_once('/')?.0);
    let kind = catalogue.condition_key(&key)?;
    Some((Cow::Owned(key), kind))
}

/// Keys that come with the caller's credentials, whatever the action; and those of which the
/// catalogue does not know all actions. In lower case.
const NOT_OF_ACTIONS: &[&str] = &[
    "aws-marketplace:productid",
    "ec2:rolearn",
    "ec2:roledelivery",
    "ec2:sourceinstancearn",
    "glue:credentialissuingservice",
    "glue:roleassumedby",
    "identitystore:userid",
    "iottwinmaker:linkedservices",
    "lambda:sourcefunctionarn",
    "ssm:sourceinstancearn",
];

/// A key of a service, or a global one, that does not exist.
fn unknown(test: &Test, catalogue: &Catalogue) -> Option<Note> {
    let key = &*test.written_key;
    let (prefix, _) = key.split_once(':')?;
    let global = prefix.eq_ignore_ascii_case("aws");
    let service = catalogue.service(prefix);
    if !global && service.is_none() {
        return None;
    }
    let date = catalogue.date();
    let message = format!(
        "the catalogue of {date} has no condition key `{}`",
        cut(key)
    );
    let note = Note::warning(test.span, message);
    let names = service
        .into_iter()
        .flat_map(|s| &s.condition_keys)
        .map(|k| &*k.name);
    let near = match global {
        true => suggest(key, GLOBAL_KEYS.iter().copied()),
        false => suggest(key, names),
    };
    Some(match near {
        Some(near) => note.help(format!("did you mean `{near}`?")),
        None => note,
    })
}

/// An operator that does not read values of the key's type.
fn mismatch(test: &Test, kind: KeyType) -> Option<Note> {
    let family = test.operator.compare.family();
    let (fits, what, operator) = match kind.kind {
        KeyKind::String => return None,
        KeyKind::Arn => (
            matches!(family, Family::Arn | Family::String),
            "an ARN",
            "ArnLike",
        ),
        KeyKind::Bool => (family == Family::Bool, "a truth value", "Bool"),
        KeyKind::Numeric => (family == Family::Numeric, "a number", "NumericEquals"),
        KeyKind::Date => {
            let fits = matches!(family, Family::Date | Family::Numeric);
            (fits, "a point in time", "DateLessThan")
        }
        KeyKind::IpAddress => (family == Family::Ip, "an address", "IpAddress"),
    };
    if fits || family == Family::Null {
        return None;
    }
    let message = format!(
        "`{}` is {what}, and `{}` is not for those",
        cut(&test.written_key),
        test.operator
    );
    let help = format!("use an operator such as `{operator}`");
    Some(Note::warning(test.span, message).help(help))
}

/// Set operators on keys that have one value.
fn quantifier(test: &Test, kind: KeyType, effect: Effect) -> Option<Note> {
    let trap = test.operator.quantifier == Quantifier::ForAllValues
        && !kind.many
        && effect == Effect::Allow;
    let key = cut(&test.written_key);
    trap.then(|| {
        let message = format!("`{}` also holds when `{key}` is absent", test.operator);
        let mut plain = test.operator;
        plain.quantifier = Quantifier::One;
        Note::warning(test.span, message).help(format!("`{key}` has one value: use `{plain}`"))
    })
}

/// A key that comes with none of the statement's actions.
fn unsupported(test: &Test, key: &str, found: &Found<'_>) -> Option<Note> {
    let prefix = key.split(':').next().unwrap_or_default();
    // Requests can carry global keys, and those of other services than their own. Of tags the
    // catalogue does not know all.
    let of_service = found.all().any(|(service, _)| &*service.prefix == prefix);
    if !found.complete || !of_service || key.contains('/') || NOT_OF_ACTIONS.contains(&&*test.key) {
        return None;
    }
    let mut keys: BTreeMap<&str, Option<&ConditionKey>> = BTreeMap::new();
    let supports = found.all().any(|(service, action)| {
        let find = || service.condition_key(key);
        let Some(wanted) = *keys.entry(&service.prefix).or_insert_with(find) else {
            return false;
        };
        let of_resources = action.resources.iter();
        let of_resources = of_resources.flat_map(|of| service.keys_of_resource(of));
        (service.keys_of_action(action).chain(of_resources)).any(|k| std::ptr::eq(k, wanted))
    });
    if supports {
        return None;
    }
    let message = format!(
        "no action of the statement has the key `{}`",
        cut(&test.written_key)
    );
    let holds = match test.operator.compare {
        Compare::Null => return None,
        _ => test.operator.holds_when_absent(),
    };
    let note = Note::warning(test.span, message);
    Some(note.help(match holds {
        true => "so the test always holds",
        false => "so the statement never matches",
    }))
}

/// Whether no value of a key, nor its absence, passes all tests. Tried with all values that a test
/// for equality names; without such a test, nothing is said.
fn contradict(tests: &[&Test]) -> bool {
    if tests.len() < 2 || tests.iter().any(|test| !is_plain(test)) {
        return false;
    }
    let Some(values) = tests.iter().find_map(|test| few_values(test)) else {
        return false;
    };
    let Some(key) = tests.first().map(|test| &*test.key) else {
        return false;
    };
    let passes = |value: Option<Arc<str>>| {
        let mut context = Context::default();
        if let Some(value) = value {
            context.insert(key, ContextValue::Single(value));
        }
        tests
            .iter()
            .all(|test| test.holds(&context) != Some(Truth::No))
    };
    !std::iter::once(None)
        .chain(values.into_iter().map(Some))
        .any(passes)
}

/// Whether everything in a test is known.
fn is_plain(test: &Test) -> bool {
    test.operands.iter().all(|operand| match operand {
        Operand::Text(text) => text.plain().is_some() && !is_symbolic(text),
        Operand::Unknown(_) => false,
        _ => true,
    })
}

/// The only values, beside absence, that a test can hold for.
fn few_values(test: &Test) -> Option<Vec<Arc<str>>> {
    let value = |operand: &Operand| match operand {
        Operand::Text(text) => text.plain()?.as_literal().map(Arc::from),
        Operand::Bool(value) => Some(Arc::from(if *value { "true" } else { "false" })),
        _ => None,
    };
    match test.operator.compare {
        Compare::StringEquals
        | Compare::StringLike
        | Compare::ArnEquals
        | Compare::ArnLike
        | Compare::Bool => test.operands.iter().map(value).collect(),
        Compare::Null if test.operands == [Operand::Bool(true)] => Some(Vec::new()),
        _ => None,
    }
}

/// For suggestions.
const GLOBAL_KEYS: &[&str] = &[
    "aws:CalledVia",
    "aws:CurrentTime",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalServiceName",
    "aws:PrincipalTag/${TagKey}",
    "aws:PrincipalType",
    "aws:RequestedRegion",
    "aws:RequestTag/${TagKey}",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:ResourceTag/${TagKey}",
    "aws:SecureTransport",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:TagKeys",
    "aws:TokenIssueTime",
    "aws:UserAgent",
    "aws:userid",
    "aws:username",
    "aws:ViaAWSService",
    "aws:VpcSourceIp",
];
