//! Resource policies, trust policies and invoke permissions as they are written: who, what, under
//! which conditions. What they allow together is decided elsewhere.

use super::documents::PolicyDocument;
use crate::value::{Data, Part, Reason, ReasonKind, Value};
use palisade_core::{Origin, fits_wildcards};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// One statement that lets somebody use a resource, or forbids it.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The resource that it is written in (a policy resource, or the target itself).
    pub written_in: Arc<str>,
    /// The resources of the application that it is about.
    pub targets: Vec<Arc<str>>,
    /// Whether it allows or denies.
    pub effect: Effect,
    /// Who.
    pub principals: Vec<Principal>,
    /// The principals are those that it is not about (`NotPrincipal`).
    pub except: bool,
    /// What: action patterns, as written.
    pub actions: Vec<String>,
    /// The tests that must hold.
    pub conditions: Vec<ConditionTest>,
    /// Why there may be other tests than those that are seen.
    pub conditions_open: Option<Reason>,
    /// Where the statement is written.
    pub at: Origin,
    /// Where its principal is written.
    pub principal_at: Origin,
}

/// Whether a statement allows or denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies.
    Deny,
    /// Can't be told.
    Unknown,
}

/// Who a statement is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Principal {
    /// Everyone, with or without an account.
    Anyone,
    /// The account that the application is deployed to.
    OwnAccount,
    /// Another account, by its number.
    Account(Arc<str>),
    /// A principal of another account, by its ARN.
    Foreign(Arc<str>),
    /// A service of the provider.
    Service(Arc<str>),
    /// Users of an identity provider.
    Federated(Arc<str>),
    /// A resource of the application (a role, an origin access identity).
    Resource(Arc<str>),
    /// Can't be told.
    Unknown(Reason),
}

/// One test of a condition block.
#[derive(Clone, Debug)]
pub struct ConditionTest {
    /// The operator, as written.
    pub operator: Arc<str>,
    /// The context key, as written.
    pub key: Arc<str>,
    /// What it is compared with.
    pub values: Vec<Value>,
}

impl Grant {
    /// Whether a test on one of these context keys is among the conditions (without regard to
    /// case).
    #[must_use]
    pub fn tests(&self, keys: &[&str]) -> bool {
        self.conditions
            .iter()
            .any(|test| keys.iter().any(|key| test.key.eq_ignore_ascii_case(key)))
    }

    /// Whether the statement's action patterns cover an action.
    #[must_use]
    pub fn covers(&self, action: &str) -> bool {
        self.actions
            .iter()
            .any(|pattern| matches_action(pattern, action))
    }
}

/// Case-insensitive matching with `*` and `?`.
fn matches_action(pattern: &str, action: &str) -> bool {
    fits_wildcards(&pattern.to_ascii_lowercase(), &action.to_ascii_lowercase())
}

/// Every statement of the policies on resources.
pub(super) fn all(documents: &[PolicyDocument]) -> Vec<Grant> {
    let mut grants = Vec::new();
    for document in documents {
        let origin = &document.document.origin;
        for leaf in crate::lookup::leaves(&document.document, "Statement[]", origin) {
            if !leaf.value.entries().is_empty() {
                grants.push(statement(leaf.value, document));
            }
        }
    }
    grants
}

fn statement(value: &Value, document: &PolicyDocument) -> Grant {
    let effect = match value.get("Effect").and_then(Value::as_text) {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        _ => Effect::Unknown,
    };
    let (principal, except) = match (value.entry("Principal"), value.entry("NotPrincipal")) {
        (Some(entry), _) => (Some(entry), false),
        (None, Some(entry)) => (Some(entry), true),
        (None, None) => (None, false),
    };
    let mut principals = Vec::new();
    if let Some(entry) = principal {
        read_principal(&entry.value, "AWS", &mut principals);
    }
    let (conditions, conditions_open) = conditions(value);
    Grant {
        written_in: document.written_in.clone(),
        targets: document.targets.clone(),
        effect,
        principals,
        except,
        actions: texts(value.get("Action")),
        conditions,
        conditions_open,
        at: value.origin.clone(),
        principal_at: principal.map_or_else(|| value.origin.clone(), |e| e.key_origin.clone()),
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let mut found = Vec::new();
    for leaf in value.map_or_else(Vec::new, |v| crate::lookup::leaves(v, "[]", &v.origin)) {
        match &leaf.value.data {
            Data::Absent | Data::Null => {}
            _ => found.push(leaf.value.display()),
        }
    }
    found
}

/// The tests of a statement, and why there may be other ones.
fn conditions(statement: &Value) -> (Vec<ConditionTest>, Option<Reason>) {
    let mut tests = Vec::new();
    let mut open = open(statement);
    let Some(block) = statement.get("Condition") else {
        return (tests, open);
    };
    open = open.or_else(|| self::open(block));
    for operator in block.entries() {
        open = open.or_else(|| self::open(&operator.value));
        for key in operator.value.entries() {
            if key.value.data == Data::Absent {
                continue;
            }
            tests.push(ConditionTest {
                operator: operator.key.clone(),
                key: key.key.clone(),
                values: condition_values(&key.value),
            });
        }
    }
    (tests, open)
}

/// All values that a test may compare with, whichever of them will be there.
fn condition_values(value: &Value) -> Vec<Value> {
    let found = crate::lookup::leaves(value, "[]", &value.origin);
    found.into_iter().map(|leaf| leaf.value.clone()).collect()
}

/// Why a map may have other entries than are seen.
fn open(map: &Value) -> Option<Reason> {
    match &map.data {
        Data::Map(map) => map.open.clone(),
        Data::Unknown(reason) => Some(reason.clone()),
        Data::OneOf(alternatives) => Some(Reason::new(
            ReasonKind::Parameter,
            match alternatives.first() {
                Some(first) => format!("what is tested depends on whether {}", first.when),
                None => "what is tested is not known".to_owned(),
            },
        )),
        _ => None,
    }
}

fn read_principal(value: &Value, kind: &str, into: &mut Vec<Principal>) {
    match &value.data {
        Data::Map(map) => {
            for entry in &map.entries {
                read_principal(&entry.value, &entry.key, into);
            }
        }
        Data::List(list) => {
            for item in &list.items {
                read_principal(item, kind, into);
            }
            if let Some(reason) = &list.open {
                into.push(Principal::Unknown(reason.clone()));
            }
        }
        Data::OneOf(alternatives) => {
            for alternative in alternatives {
                read_principal(&alternative.value, kind, into);
            }
        }
        Data::Absent | Data::Null => {}
        Data::Unknown(reason) => into.push(Principal::Unknown(reason.clone())),
        _ => into.push(principal(value, kind)),
    }
}

fn principal(value: &Value, kind: &str) -> Principal {
    let text: Arc<str> = Arc::from(value.display());
    match kind {
        "Service" => Principal::Service(text),
        "Federated" => Principal::Federated(text),
        "CanonicalUser" => match value.references().next() {
            Some((id, _)) => Principal::Resource(id.clone()),
            None => Principal::Foreign(text),
        },
        _ => aws_principal(value, text),
    }
}

fn aws_principal(value: &Value, text: Arc<str>) -> Principal {
    if &*text == "*" {
        return Principal::Anyone;
    }
    if let Some((id, _)) = value.references().next() {
        return Principal::Resource(id.clone());
    }
    let own = |part: &Part| matches!(part, Part::Pseudo(name) if &**name == "AWS::AccountId");
    let parts = value.parts().unwrap_or_default();
    if parts.iter().any(own) {
        return Principal::OwnAccount;
    }
    for part in parts.iter() {
        match part {
            Part::Hole(reason) => return Principal::Unknown(reason.clone()),
            Part::Parameter { name, .. } => {
                return Principal::Unknown(Reason::new(
                    ReasonKind::Parameter,
                    format!("depends on parameter `{name}`"),
                ));
            }
            _ => {}
        }
    }
    if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Principal::Account(text);
    }
    if let Some(account) = text
        .strip_suffix(":root")
        .and_then(|t| t.rsplit(':').next())
        && !account.is_empty()
    {
        return Principal::Account(Arc::from(account));
    }
    Principal::Foreign(text)
}

pub(super) fn dump(grant: &Grant) -> Json {
    let mut dumped = json!({
        "written_in": &*grant.written_in,
        "targets": grant.targets.iter().map(|t| &**t).collect::<Vec<_>>(),
        "effect": format!("{:?}", grant.effect).to_lowercase(),
        "principals": grant.principals.iter().map(|p| match p {
            Principal::Anyone => json!({"anyone": true}),
            Principal::OwnAccount => json!({"own_account": true}),
            Principal::Account(id) => json!({"account": &**id}),
            Principal::Foreign(arn) => json!({"foreign": &**arn}),
            Principal::Service(name) => json!({"service": &**name}),
            Principal::Federated(name) => json!({"federated": &**name}),
            Principal::Resource(id) => json!({"resource": &**id}),
            Principal::Unknown(reason) => json!({"unknown": reason.to_string()}),
        }).collect::<Vec<_>>(),
        "except": grant.except,
        "actions": &grant.actions,
        "conditions": grant.conditions.iter().map(|c| json!({
            "operator": &*c.operator,
            "key": &*c.key,
            "values": c.values.iter().map(Value::display).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    });
    if let Some(reason) = &grant.conditions_open {
        dumped["conditions_open"] = json!(reason.to_string());
    }
    dumped
}

#[cfg(test)]
mod tests {
    use super::matches_action;

    #[test]
    fn action_patterns_match_as_documented() {
        let check = |pattern, action, expected| {
            assert_eq!(
                matches_action(pattern, action),
                expected,
                "{pattern} {action}"
            );
        };
        check("*", "s3:GetObject", true);
        check("s3:Get*", "S3:GetObject", true);
        check("s3:*Object", "s3:GetObjectAcl", false);
        check("s3:?etObject", "s3:GetObject", true);
        check("sqs:SendMessage", "sqs:sendmessage", true);
        check("", "s3:x", false);
        check(&"*a".repeat(2_000), &"a".repeat(4_000), true);
    }
}
