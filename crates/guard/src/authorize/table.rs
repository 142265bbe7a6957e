//! Decision tables: calls and what is to become of them, for `guard test` in a pipeline.

use super::break_glass::Grants;
use super::model::METHODS;
use super::records::{Caller, Records, time, unknown};
use super::request::{AuthzInput, Call};
use super::{Authorizer, Decision};
use palisade_authn::Principal;
use palisade_core::Problem;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Written>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Expected {
    Allow,
    Deny,
}

/// A case as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    name: String,
    principal: Caller,
    function: String,
    /// Without one it is an event.
    method: Option<String>,
    #[serde(default)]
    route: String,
    #[serde(default)]
    path: BTreeMap<String, String>,
    #[serde(default)]
    query: BTreeMap<String, String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
    ip: Option<IpAddr>,
    tls: Option<bool>,
    time: Option<String>,
    #[serde(default)]
    break_glass: bool,
    expect: Expected,
    policy: Option<String>,
}

struct Case {
    written: Written,
    principal: Principal,
    now: i64,
}

/// Cases that were read and make sense.
pub struct Table(Vec<Case>);

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Table of {}", self.0.len())
    }
}

/// What became of a case.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The name of the case.
    pub name: String,
    /// What was decided.
    pub decision: Decision,
    /// What is not as expected, in sentences; empty when all is.
    pub differs: Vec<String>,
}

impl Table {
    /// When a case happens that does not say so: a Monday at noon.
    pub const TIME: &'static str = "2026-01-05T12:00:00Z";
    /// Where a call comes from that does not say so: an address that is nobody's.
    pub const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

    /// Reads `[[case]]` records: `name`, `principal`, `function`, `expect = "allow"` or `"deny"`, and
    /// where it matters `method` (without one it is an event), `route`, `path`, `query`, `headers`,
    /// `body`, `ip`, `tls` (true when not said), `time`, `break-glass`, and the `policy` that has to
    /// decide.
    ///
    /// # Errors
    /// What cannot be read, and names that the authorizer does not know.
    pub fn read(name: &str, text: &str, authorizer: &Authorizer) -> Result<Self, Vec<Problem>> {
        let (mut records, file) = Records::read::<File>(name, text);
        let mut cases: Vec<Case> = Vec::new();
        for written in file.map(|file| file.case).unwrap_or_default() {
            let name = written.name.clone();
            if cases.iter().any(|case| case.written.name == name) {
                records.wrong(&name, "there are two cases of this name");
            }
            match case(written, authorizer) {
                Ok(case) => cases.push(case),
                Err(what) => records.wrong(&name, &what),
            }
        }
        match records.problems.is_empty() {
            true => Ok(Self(cases)),
            false => Err(records.problems),
        }
    }

    /// Decides every case.
    #[must_use]
    pub fn run(&self, authorizer: &Authorizer) -> Vec<Outcome> {
        self.0.iter().map(|case| case.run(authorizer)).collect()
    }
}

fn case(written: Written, authorizer: &Authorizer) -> Result<Case, String> {
    let functions = || authorizer.model.functions.iter().map(|f| f.name.as_str());
    if !functions().any(|name| name == written.function) {
        let functions: Vec<&str> = functions().collect();
        return Err(unknown("function", &written.function, functions));
    }
    match &written.method {
        Some(method) if !METHODS.contains(&method.as_str()) => {
            return Err(unknown("method", method, METHODS));
        }
        None if !authorizer.model.events => {
            return Err("a case needs a `method`; events are not declared".to_owned());
        }
        _ => {}
    }
    if let Some(policy) = &written.policy
        && !authorizer.policies.contains_key(policy.as_str())
    {
        let names: Vec<&str> = authorizer.policies().map(|name| &**name).collect();
        return Err(unknown("policy", policy, names));
    }
    Ok(Case {
        principal: written.principal.clone().principal()?,
        now: time(written.time.as_deref().unwrap_or(Table::TIME))?,
        written,
    })
}

impl Case {
    fn run(&self, authorizer: &Authorizer) -> Outcome {
        let Written {
            name,
            function,
            method,
            route,
            body,
            expect,
            policy,
            ..
        } = &self.written;
        let [path, query, headers] = [
            &self.written.path,
            &self.written.query,
            &self.written.headers,
        ]
        .map(|pairs| -> Vec<(&str, &str)> {
            let pairs = pairs.iter();
            pairs.map(|(name, value)| (&**name, &**value)).collect()
        });
        let grants = match self.written.break_glass {
            true => Grants::for_trying(&self.principal),
            false => Grants::default(),
        };
        let call = match method {
            None => Call::Event,
            Some(method) => Call::Http {
                method,
                route,
                path: &path,
                query: &query,
                headers: &headers,
                ip: self.written.ip.unwrap_or(Table::ADDRESS),
                tls: self.written.tls.unwrap_or(true),
            },
        };
        let input = AuthzInput {
            function,
            now: self.now,
            call,
            body: body.as_ref(),
            grants: &grants,
        };
        let decision = authorizer.decide(&self.principal, &input);
        let mut differs = Vec::new();
        if decision.allowed != (*expect == Expected::Allow) {
            let expected = match expect {
                Expected::Allow => "allowed",
                Expected::Deny => "denied",
            };
            differs.push(format!("It should be {expected}."));
        }
        if let Some(policy) = policy
            && !decision.policies.iter().any(|name| **name == **policy)
        {
            differs.push(format!("`{policy}` should decide it."));
        }
        if !differs.is_empty() {
            differs.extend(authorizer.explain(&self.principal, &input, &decision));
        }
        Outcome {
            name: name.clone(),
            decision,
            differs,
        }
    }
}
