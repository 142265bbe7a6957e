//! Whether S3 counts a bucket's policy as public (S3 User Guide, "The meaning of public"): it does,
//! unless every statement that allows is limited to fixed principals, or to fixed values of one of
//! the keys that say where a request comes from.

use crate::condition::{Compare, Network, Operand, Quantifier, Test};
use crate::pattern::{Text, Token};
use crate::policy::{Effect, Policy, Principal, Statement};
use crate::truth::Truth;
use std::net::IpAddr;

/// The keys whose fixed values limit a statement, in lower case.
const LIMITING: &[&str] = &[
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

pub(super) fn is_public(policy: &Policy) -> Truth {
    Truth::any(policy.of_effect(Effect::Allow).map(|s| !is_limited(s)))
}

fn is_limited(statement: &Statement) -> Truth {
    if statement.uncertain.is_some() {
        return Truth::Maybe;
    }
    let fixed = |who: &Principal| match who {
        Principal::Everyone => Truth::No,
        Principal::Unknown(_) => Truth::Maybe,
        _ => Truth::Yes,
    };
    let by_principal = match &statement.principals {
        Some(principals) if !principals.except => {
            Truth::all(principals.items.iter().map(|item| fixed(&item.who)))
        }
        Some(_) => Truth::No,
        None => Truth::Yes,
    };
    by_principal.or(Truth::any(statement.conditions.iter().map(limits)))
}

fn limits(test: &Test) -> Truth {
    let operator = test.operator;
    let asks_for_a_value = !operator.compare.is_negated()
        && !operator.if_exists
        && operator.quantifier != Quantifier::ForAllValues
        && operator.compare != Compare::Null;
    if !asks_for_a_value || !LIMITING.contains(&&*test.key) {
        return Truth::No;
    }
    Truth::all(test.operands.iter().map(|operand| match operand {
        Operand::Text(text) => is_fixed(&test.key, text),
        Operand::Network(network) => Truth::from(is_narrow(*network)),
        Operand::Unknown(_) => Truth::Maybe,
        _ => Truth::No,
    }))
}

fn is_fixed(key: &str, text: &Text) -> Truth {
    let Some(pattern) = text.plain() else {
        return Truth::No;
    };
    let wild = |tokens: &[Token]| tokens.iter().any(|t| matches!(t, Token::Run | Token::One));
    let parts = pattern.arn_parts();
    let tolerated = match key {
        // Any access point of one account.
        "s3:dataaccesspointarn" => parts.len() == 6 && !parts[..5].iter().any(|part| wild(part)),
        // Any session of one role.
        "aws:userid" => parts.len() == 2 && !wild(parts[0]),
        _ => false,
    };
    if pattern.has_hole() {
        Truth::Maybe
    } else {
        Truth::from(tolerated || !wild(pattern.tokens()))
    }
}

/// Not broader than /8 of IPv4 or /32 of IPv6, or private.
fn is_narrow(network: Network) -> bool {
    match (network.first, network.last) {
        (IpAddr::V4(first), IpAddr::V4(last)) => {
            u32::from(last) - u32::from(first) < 1 << 24
                || (first.is_private() && last.is_private())
        }
        (IpAddr::V6(first), IpAddr::V6(last)) => u128::from(last) - u128::from(first) < 1 << 96,
        _ => false,
    }
}
