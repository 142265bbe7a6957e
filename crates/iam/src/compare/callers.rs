//! Who can call, as far as policies that name principals tell callers apart: everybody who is named,
//! somebody else of each account, and somebody of each kind who is not named at all.

use super::bits::Bits;
use super::cells::Matching;
use super::statements::Statements;
use crate::evaluate::concerns;
use crate::policy::{Principal, Principals};
use crate::request::{Caller, arn_part};
use crate::symbols::is_symbol;
use crate::truth::Truth;
use std::collections::BTreeSet;
use std::sync::Arc;

/// An account that no policy names, unless it does.
const ACCOUNTS: [&str; 3] = ["123456789012", "111122223333", "444455556666"];

/// Any caller; for policies that name nobody.
pub(super) fn somebody() -> Caller {
    Caller::Principal(Arc::from("arn:aws:iam::123456789012:role/Example"))
}

/// The callers that statements tell apart.
#[derive(Debug)]
pub(super) struct Callers {
    pub callers: Vec<Caller>,
    /// The statements that are about each; nothing when no statement names principals.
    pub matching: Vec<Option<Matching>>,
}

impl Callers {
    pub(super) fn new(statements: &Statements<'_>) -> Self {
        let named: Vec<&Principals> = (statements.entries.iter())
            .filter_map(|entry| entry.statement.principals.as_ref())
            .collect();
        let mut all = Self {
            callers: Vec::new(),
            matching: Vec::new(),
        };
        if named.is_empty() {
            all.callers.push(somebody());
            all.matching.push(None);
            return all;
        }
        let count = statements.entries.len();
        let mut seen = BTreeSet::new();
        for caller in candidates(&named) {
            let truth = |n: usize| concerns(statements.entries[n].statement, &caller);
            let matching = Matching {
                may: Bits::of(count, |n| truth(n) != Truth::No),
                must: Bits::of(count, |n| truth(n) == Truth::Yes),
            };
            if seen.insert(matching.clone()) {
                all.callers.push(caller);
                all.matching.push(Some(matching));
            }
        }
        all
    }
}

fn candidates(named: &[&Principals]) -> BTreeSet<Caller> {
    let principal = |arn: String| Caller::Principal(Arc::from(arn));
    let mut callers = BTreeSet::from([
        Caller::Anonymous,
        Caller::Service(Arc::from("lambda.amazonaws.com")),
        Caller::Service(Arc::from("events.amazonaws.com")),
        Caller::Service(Arc::from("example.amazonaws.com")),
        Caller::Federated(Arc::from("example.com")),
    ]);
    for account in ACCOUNTS {
        callers.insert(principal(format!("arn:aws:iam::{account}:role/Example")));
    }
    for item in named.iter().flat_map(|principals| &principals.items) {
        match &item.who {
            Principal::Everyone
            | Principal::Id(_)
            | Principal::CanonicalUser(_)
            | Principal::Unknown(_) => {}
            Principal::Account(account) => {
                if account.chars().all(is_symbol) {
                    // The symbol may stand for a whole ARN.
                    callers.insert(Caller::Principal(account.clone()));
                }
                callers.insert(principal(format!("arn:aws:iam::{account}:role/Example")));
                callers.insert(principal(format!("arn:aws:iam::{account}:root")));
            }
            Principal::Arn(arn) => {
                callers.insert(Caller::Principal(arn.clone()));
                let (partition, account) = (arn_part(arn, 1), arn_part(arn, 4));
                if let (Some(partition), Some(account)) = (partition, account) {
                    let of_account = |kind: &str, rest: String| {
                        principal(format!("arn:{partition}:{kind}::{account}:{rest}"))
                    };
                    callers.insert(of_account("iam", "role/Example".to_owned()));
                    callers.insert(of_account("iam", "root".to_owned()));
                    let session = arn_part(arn, 5).and_then(|rest| rest.strip_prefix("role/"));
                    if let Some(name) = session.and_then(|path| path.rsplit('/').next()) {
                        callers.insert(of_account("sts", format!("assumed-role/{name}/example")));
                    }
                }
            }
            Principal::Service(service) => {
                callers.insert(Caller::Service(service.clone()));
            }
            Principal::Federated(provider) => {
                callers.insert(Caller::Federated(provider.clone()));
            }
        }
    }
    callers
}
