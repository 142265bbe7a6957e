//! The rules that exist, as far as settings, exceptions and comments need to know them: their ids,
//! and the ids under which other tools know the same checks. `policy` lies below the rules, so the
//! list comes in as a value.

use crate::error::did_you_mean;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Ids of rules, and the foreign ids that each can give.
#[derive(Clone, Debug, Default)]
pub struct KnownRules {
    rules: BTreeSet<Arc<str>>,
    aliases: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
}

/// A way to name findings: by the rule, or by a foreign id that the finding carries.
///
/// A foreign id means exactly the findings that carry it, never the whole rule: one rule may stand
/// for many foreign checks, and silencing one of them must not silence the others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleRef {
    /// All findings of a rule.
    Rule(Arc<str>),
    /// The findings that carry a foreign id.
    Foreign(Arc<str>),
}

/// A name that is neither a rule nor a foreign id of one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown rule `{name}`{}", help.as_ref().map(|h| format!("; {h}")).unwrap_or_default())]
pub struct UnknownRuleError {
    name: String,
    help: Option<String>,
}

impl UnknownRuleError {
    /// What to write instead, where a known name is near.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl KnownRules {
    /// The rules with their foreign ids.
    pub fn new<'a, A: AsRef<str> + 'a>(
        rules: impl IntoIterator<Item = (&'a str, &'a [A])>,
    ) -> Self {
        let mut known = Self::default();
        for (rule, aliases) in rules {
            known.add(rule, aliases.iter().map(AsRef::as_ref));
        }
        known
    }

    /// Adds one rule with its foreign ids.
    pub fn add<'a>(&mut self, rule: &str, aliases: impl IntoIterator<Item = &'a str>) {
        let rule: Arc<str> = Arc::from(rule);
        for alias in aliases {
            let rules = self.aliases.entry(Arc::from(alias)).or_default();
            rules.insert(rule.clone());
        }
        self.rules.insert(rule);
    }

    /// Every rule id, sorted.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(AsRef::as_ref)
    }

    /// The rules that can give a foreign id, sorted.
    pub fn carriers(&self, foreign: &str) -> impl Iterator<Item = &str> {
        self.aliases
            .get(foreign)
            .into_iter()
            .flatten()
            .map(AsRef::as_ref)
    }

    /// What a name stands for, if it is known.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<RuleRef> {
        let rule = self.rules.get(name).cloned().map(RuleRef::Rule);
        rule.or_else(|| {
            let (foreign, _) = self.aliases.get_key_value(name)?;
            Some(RuleRef::Foreign(foreign.clone()))
        })
    }

    /// What a name stands for.
    ///
    /// # Errors
    /// The name is unknown; the error carries the nearest known one.
    pub fn resolve(&self, name: &str) -> Result<RuleRef, UnknownRuleError> {
        if let Some(found) = self.find(name) {
            return Ok(found);
        }
        let candidates = self.rules().chain(self.aliases.keys().map(AsRef::as_ref));
        Err(UnknownRuleError {
            name: name.to_owned(),
            help: did_you_mean(name, candidates),
        })
    }
}

impl RuleRef {
    /// The id as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Rule(id) | Self::Foreign(id) => id,
        }
    }

    /// Whether the rule, or one that carries the foreign id, ran.
    pub(crate) fn ran(&self, known: &KnownRules, ran: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Rule(id) => ran(id),
            Self::Foreign(id) => known.carriers(id).any(ran),
        }
    }

    /// Whether a finding of this rule with these foreign ids is meant.
    pub fn names<A: AsRef<str>>(&self, rule: &str, aliases: &[A]) -> bool {
        match self {
            Self::Rule(id) => &**id == rule,
            Self::Foreign(id) => aliases.iter().any(|alias| alias.as_ref() == &**id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_rules_or_foreign_ids() {
        let known = KnownRules::new([("queue-unencrypted", &["CKV_AWS_27", "SQS.1"][..])]);
        let rule = known.resolve("queue-unencrypted").unwrap();
        let foreign = known.resolve("CKV_AWS_27").unwrap();
        assert!(rule.names("queue-unencrypted", &[] as &[&str]));
        assert!(!foreign.names("queue-unencrypted", &["SQS.1"]));
        assert!(foreign.names("queue-unencrypted", &["SQS.1", "CKV_AWS_27"]));
        assert_eq!(
            known.resolve("queue-unencryptd").unwrap_err().to_string(),
            "unknown rule `queue-unencryptd`; did you mean `queue-unencrypted`?"
        );
        assert_eq!(
            known.resolve("zzz").unwrap_err().to_string(),
            "unknown rule `zzz`"
        );
        assert_eq!(
            known.carriers("SQS.1").collect::<Vec<_>>(),
            ["queue-unencrypted"]
        );
    }
}
