//! Access for emergencies: granted by one person to another, for a reason and a short time. A grant
//! permits nothing by itself; it makes `context.breakGlass` true for its caller and functions, for
//! policies to ask. Every call under it shouts, whatever becomes of it.

use super::records::{Caller, Records, time};
use palisade_authn::{Means, Principal};
use palisade_core::Problem;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What the policy says about grants.
#[derive(Clone, Copy, Debug)]
pub struct GrantRules {
    /// For how long one may be given at most, in seconds.
    pub longest: i64,
}

/// Who a grant is for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Who {
    means: Means,
    issuer: String,
    id: String,
}

impl Who {
    fn is(&self, principal: &Principal) -> bool {
        self.means == principal.means && self.issuer == principal.issuer && self.id == principal.id
    }
}

/// One grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    id: Arc<str>,
    who: Who,
    /// Nothing: all.
    functions: Option<Vec<String>>,
    reason: String,
    requester: String,
    approver: String,
    from: i64,
    until: i64,
}

impl Grant {
    /// What it is called in records, such as the number of the incident.
    #[must_use]
    pub fn id(&self) -> Arc<str> {
        Arc::clone(&self.id)
    }

    /// Why it was given.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Who asked for it, and who approved it.
    #[must_use]
    pub fn people(&self) -> (&str, &str) {
        (&self.requester, &self.approver)
    }

    /// Until when it holds, in seconds since 1970.
    #[must_use]
    pub const fn until(&self) -> i64 {
        self.until
    }

    /// From when on it holds, in seconds since 1970.
    #[must_use]
    pub const fn from(&self) -> i64 {
        self.from
    }

    /// Whose it is: by which means, of which issuer, and who.
    #[must_use]
    pub fn caller(&self) -> (Means, &str, &str) {
        (self.who.means, &self.who.issuer, &self.who.id)
    }

    /// The functions that it is for; nothing for all.
    #[must_use]
    pub fn functions(&self) -> Option<&[String]> {
        self.functions.as_deref()
    }

    fn covers(&self, function: &str, now: i64) -> bool {
        (self.from..self.until).contains(&now)
            && self
                .functions
                .as_ref()
                .is_none_or(|only| only.iter().any(|name| name == function))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    grant: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    principal: Caller,
    functions: Vec<String>,
    reason: String,
    requester: String,
    approver: String,
    from: String,
    until: String,
}

/// All grants that were given.
#[derive(Clone, Debug, Default)]
pub struct Grants(Vec<Arc<Grant>>);

impl Grants {
    /// None.
    pub const NONE: &'static Self = &Self(Vec::new());

    /// Functions that grants name and that are not among these, each with the grant's id.
    pub(crate) fn strangers<'a>(
        &'a self,
        functions: &'a [&str],
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let named = self.0.iter().flat_map(|grant| {
            let names = grant.functions.iter().flatten();
            names.map(|name| (&*grant.id, name.as_str()))
        });
        named.filter(|(_, name)| !functions.contains(name))
    }

    /// Reads `[[grant]]` records: `id`, `principal = { means, issuer, id }`, `functions` (or `["*"]`),
    /// `reason`, `requester`, `approver`, `from`, `until`.
    ///
    /// # Errors
    /// When a record is incomplete, longer than the rules allow, or approved by who asked for it or
    /// whom it is for. A file with one wrong grant gives none.
    pub fn read(name: &str, text: &str, rules: GrantRules) -> Result<Self, Vec<Problem>> {
        let (mut records, file) = Records::read::<File>(name, text);
        let mut grants: Vec<Arc<Grant>> = Vec::new();
        for written in file.map(|file| file.grant).unwrap_or_default() {
            let id = written.id.clone();
            if grants.iter().any(|grant| *grant.id == *id) {
                records.wrong(&id, "there are two grants of this id");
            }
            match written.grant(rules) {
                Ok(grant) => grants.push(Arc::new(grant)),
                Err(what) => records.wrong(&id, &what),
            }
        }
        match records.problems.is_empty() {
            true => Ok(Self(grants)),
            false => Err(records.problems),
        }
    }

    /// The first grant that holds now for this caller and function.
    #[must_use]
    pub fn active(&self, principal: &Principal, function: &str, now: i64) -> Option<&Arc<Grant>> {
        // Nobody in particular can be granted nothing: everybody would be it.
        if principal.means == Means::Anonymous {
            return None;
        }
        self.0
            .iter()
            .find(|grant| grant.covers(function, now) && grant.who.is(principal))
    }

    /// Those that hold now, or will.
    pub fn left(&self, now: i64) -> impl Iterator<Item = &Grant> {
        let grants = self.0.iter().map(|grant| &**grant);
        grants.filter(move |grant| grant.until > now)
    }

    /// One that holds always, for a decision table.
    pub(super) fn for_trying(principal: &Principal) -> Self {
        Self(vec![Arc::new(Grant {
            id: Arc::from("table"),
            who: Who {
                means: principal.means,
                issuer: principal.issuer.clone(),
                id: principal.id.clone(),
            },
            functions: None,
            reason: String::new(),
            requester: String::new(),
            approver: String::new(),
            from: i64::MIN,
            until: i64::MAX,
        })])
    }
}

impl Written {
    fn grant(self, rules: GrantRules) -> Result<Grant, String> {
        let principal = self.principal.principal()?;
        if principal.means == Means::Anonymous {
            return Err("nobody in particular cannot be granted anything".to_owned());
        }
        let person = |name: &str| name.trim().to_lowercase();
        for (what, text) in [
            ("id", &self.id),
            ("reason", &self.reason),
            ("requester", &self.requester),
            ("approver", &self.approver),
        ] {
            if text.trim().is_empty() {
                return Err(format!("a grant needs `{what}`"));
            }
            // It is told on a line, and perhaps on a terminal.
            if text.chars().any(char::is_control) {
                return Err(format!("`{what}` has to be one line"));
            }
        }
        if person(&self.approver) == person(&self.requester) {
            return Err("who asks for a grant cannot approve it".to_owned());
        }
        if person(&self.approver) == person(&principal.id) {
            return Err("whom a grant is for cannot approve it".to_owned());
        }
        if self.functions.is_empty() {
            return Err("a grant needs `functions`; `[\"*\"]` for all".to_owned());
        }
        let (from, until) = (time(&self.from)?, time(&self.until)?);
        if until <= from {
            return Err("it ends before it begins".to_owned());
        }
        if until - from > rules.longest {
            return Err(format!(
                "it holds for {} minutes; {} are the most",
                (until - from) / 60,
                rules.longest / 60
            ));
        }
        let all = self.functions.iter().any(|name| name == "*");
        Ok(Grant {
            id: Arc::from(self.id),
            who: Who {
                means: principal.means,
                issuer: principal.issuer,
                id: principal.id,
            },
            functions: (!all).then_some(self.functions),
            reason: self.reason,
            requester: self.requester,
            approver: self.approver,
            from,
            until,
        })
    }
}

/// How often grants were used since somebody asked.
#[derive(Debug, Default)]
pub struct Shouts(Mutex<BTreeMap<Arc<str>, Shout>>);

/// What became of calls under one grant.
#[derive(Clone, Debug)]
pub struct Shout {
    /// The grant.
    pub grant: Arc<Grant>,
    /// How many were permitted.
    pub permitted: u64,
    /// How many were not.
    pub denied: u64,
}

impl Shouts {
    /// One more call.
    pub(crate) fn add(&self, grant: &Arc<Grant>, is_permitted: bool) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let shout = all.entry(grant.id()).or_insert_with(|| Shout {
            grant: grant.clone(),
            permitted: 0,
            denied: 0,
        });
        match is_permitted {
            true => shout.permitted += 1,
            false => shout.denied += 1,
        }
    }

    /// What there was since the last time.
    #[must_use]
    pub fn take(&self) -> Vec<Shout> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *all).into_values().collect()
    }
}
