//! Who counts as somebody from outside, and which conditions of a statement keep strangers out.
//! Every rule about an open resource asks the same two questions.

use crate::prelude::*;
use palisade_app::graph::{ConditionTest, Grant, Principal};

/// Somebody outside of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outsider<'a> {
    /// Everyone.
    Anyone,
    /// Another account that the policy does not trust.
    Account(&'a str),
}

/// The accounts that the policy trusts.
pub(crate) fn trusted<'a>(cx: &'a Context<'_>) -> Vec<&'a str> {
    cx.parameters
        .trusted_accounts
        .iter()
        .map(String::as_str)
        .collect()
}

/// Whether a text is the number of an account.
pub(crate) fn account_number(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// The account that is written out in a number or an ARN.
pub(crate) fn account(text: &str) -> Option<&str> {
    let account = match text.split(':').nth(4) {
        Some(account) if text.starts_with("arn:") => account,
        _ => text,
    };
    account_number(account).then_some(account)
}

/// The widest outsider that a statement is about.
pub(crate) fn outsider<'a>(grant: &'a Grant, trusted: &[&str]) -> Option<Outsider<'a>> {
    if grant.except || grant.principals.contains(&Principal::Anyone) {
        return Some(Outsider::Anyone);
    }
    grant.principals.iter().find_map(|principal| {
        let account = match principal {
            Principal::Account(text) | Principal::Foreign(text) => account(text)?,
            _ => return None,
        };
        (!trusted.contains(&account)).then_some(Outsider::Account(account))
    })
}

/// Context keys that tie a request to known senders or networks.
const NARROWING: &[&str] = &[
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:SourceOwner",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:SourceIp",
    "aws:VpcSourceIp",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:userid",
    "aws:username",
    "events:creatorAccount",
    "s3:DataAccessPointAccount",
    "s3:DataAccessPointArn",
];

/// Whether the statement's conditions, or a denial beside it, keep strangers out. Conditions that
/// are not all seen are no answer.
pub(crate) fn narrowed(app: &Application, grant: &Grant) -> Answer {
    if grant.conditions.iter().any(narrows) {
        return Answer::Yes;
    }
    let denials: Vec<&Grant> = app
        .graph()
        .denials()
        .filter(|other| {
            other.targets == grant.targets
                && (!grant.targets.is_empty() || other.written_in == grant.written_in)
                && (other.except || other.principals.contains(&Principal::Anyone))
                && grant.actions.iter().all(|action| other.covers(action))
        })
        .collect();
    if denials
        .iter()
        .any(|denial| denial.conditions.iter().any(keeps_out))
    {
        return Answer::Yes;
    }
    std::iter::once(grant)
        .chain(denials)
        .map(fails_unless_open)
        .find(|answer| *answer != Answer::No)
        .unwrap_or(Answer::No)
}

/// The answer where none of the conditions that are seen helps: there may be other ones.
pub(crate) fn fails_unless_open(grant: &Grant) -> Answer {
    let open = grant.conditions_open.clone();
    open.map_or(Answer::No, Answer::Unknown)
}

fn narrows(test: &ConditionTest) -> bool {
    let operator = test.operator.to_ascii_lowercase();
    let operator = operator.strip_prefix("foranyvalue:").unwrap_or(&operator);
    let positive = matches!(
        operator,
        "stringequals"
            | "stringequalsignorecase"
            | "stringlike"
            | "arnequals"
            | "arnlike"
            | "ipaddress"
            | "bool"
    );
    positive && names_known(test)
}

/// A denial of everybody who is not named.
fn keeps_out(test: &ConditionTest) -> bool {
    let operator = test.operator.to_ascii_lowercase();
    let operator = operator.strip_suffix("ifexists").unwrap_or(&operator);
    let negative = matches!(
        operator,
        "stringnotequals"
            | "stringnotequalsignorecase"
            | "stringnotlike"
            | "arnnotequals"
            | "arnnotlike"
            | "notipaddress"
    );
    negative && names_known(test)
}

fn names_known(test: &ConditionTest) -> bool {
    let known = NARROWING
        .iter()
        .any(|key| test.key.eq_ignore_ascii_case(key));
    known && !test.values.iter().any(wide)
}

/// Whether a value of a condition leaves room for resources of any account.
pub(crate) fn wide(value: &Value) -> bool {
    let Some(text) = value.as_text() else {
        return false;
    };
    let stars = |text: &str| text.bytes().all(|b| b == b'*');
    if stars(text) || crate::ports::is_world(text) {
        return true;
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", rest @ ..] if rest.iter().all(|part| stars(part) || *part == "aws") => true,
        // Names of buckets are unique in the world, and ids of APIs in a region.
        ["arn", _, "s3", _, _, resource] => stars(resource),
        ["arn", _, "execute-api", _, account, resource] => {
            *account == "*" && resource.starts_with('*')
        }
        ["arn", _, _, _, account, _] => *account == "*",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_core::Origin;

    fn text(text: &str) -> Value {
        Value::text(text, Origin::default())
    }

    #[test]
    fn accounts_are_read_from_numbers_and_arns() {
        let check = |text, expected| assert_eq!(account(text), expected, "{text}");
        check("210987654321", Some("210987654321"));
        check("arn:aws:iam::210987654321:user/ada", Some("210987654321"));
        check("arn:aws:iam::${AWS::AccountId}:root", None);
        check("2109876543", None);
        check("*", None);
    }

    #[test]
    fn patterns_without_an_account_are_wide() {
        let check = |pattern, expected| assert_eq!(wide(&text(pattern)), expected, "{pattern}");
        check("*", true);
        check("0.0.0.0/0", true);
        check("arn:aws:sns:*:*:*", true);
        check("arn:aws:sns:eu-west-1:*:orders", true);
        check("arn:aws:sns:eu-west-1:210987654321:*", false);
        check("arn:aws:s3:::orders", false);
        check("arn:aws:s3:::*", true);
        check("arn:aws:execute-api:eu-west-1:*:abc123/*", false);
        check("10.0.0.0/8", false);
    }

    #[test]
    fn tests_narrow_when_they_name_somebody() {
        let test = |operator: &str, key: &str, value: &str| ConditionTest {
            operator: operator.into(),
            key: key.into(),
            values: vec![text(value)],
        };
        assert!(narrows(&test("StringEquals", "AWS:SourceAccount", "1")));
        assert!(narrows(&test(
            "ForAnyValue:StringLike",
            "aws:PrincipalOrgPaths",
            "o-1/*"
        )));
        assert!(!narrows(&test("StringLike", "aws:SourceArn", "*")));
        assert!(!narrows(&test("StringNotEquals", "aws:SourceAccount", "1")));
        assert!(!narrows(&test("Bool", "aws:SecureTransport", "true")));
        assert!(keeps_out(&test(
            "StringNotEqualsIfExists",
            "aws:SourceAccount",
            "1"
        )));
        assert!(!keeps_out(&test("StringEquals", "aws:SourceAccount", "1")));
    }
}
