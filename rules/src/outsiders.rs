//! Who counts as somebody from outside, and which patterns leave room for them. Every rule about an
//! open resource asks the same questions.

use crate::prelude::*;

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
}
