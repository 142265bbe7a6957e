//! Resource policies, trust policies and invoke permissions as they are written: who, what, under
//! which conditions. What they allow together is decided elsewhere.

use crate::application::Application;
use crate::resource::Resource;
use crate::value::{Data, Part, Reason, Value};
use palisade_core::Origin;
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

/// Case-insensitive matching with `*` and `?`, in linear space and at most quadratic time.
fn matches_action(pattern: &str, action: &str) -> bool {
    let p: Vec<u8> = pattern.bytes().map(|b| b.to_ascii_lowercase()).collect();
    let a: Vec<u8> = action.bytes().map(|b| b.to_ascii_lowercase()).collect();
    let (mut i, mut j, mut star) = (0, 0, None);
    while j < a.len() {
        if i < p.len() && (p[i] == b'?' || p[i] == a[j]) && p[i] != b'*' {
            i += 1;
            j += 1;
        } else if i < p.len() && p[i] == b'*' {
            star = Some((i, j));
            i += 1;
        } else if let Some((s, at)) = star {
            i = s + 1;
            j = at + 1;
            star = Some((s, at + 1));
        } else {
            return false;
        }
    }
    p[i..].iter().all(|b| *b == b'*')
}

/// Kind of resource, path of its policy document, path of what the policy is attached to (empty
/// for the resource itself).
const DOCUMENTS: &[(&str, &str, &str)] = &[
    ("AWS::SQS::QueuePolicy", "PolicyDocument", "Queues"),
    ("AWS::SQS::QueueInlinePolicy", "PolicyDocument", "Queue"),
    ("AWS::SNS::TopicPolicy", "PolicyDocument", "Topics"),
    ("AWS::SNS::TopicInlinePolicy", "PolicyDocument", "TopicArn"),
    ("AWS::S3::BucketPolicy", "PolicyDocument", "Bucket"),
    ("AWS::S3::AccessPoint", "Policy", "Bucket"),
    ("AWS::KMS::Key", "KeyPolicy", ""),
    ("AWS::KMS::ReplicaKey", "KeyPolicy", ""),
    (
        "AWS::SecretsManager::ResourcePolicy",
        "ResourcePolicy",
        "SecretId",
    ),
    ("AWS::Events::EventBus", "Policy", ""),
    ("AWS::ECR::Repository", "RepositoryPolicyText", ""),
    ("AWS::ApiGateway::RestApi", "Policy", ""),
    (
        "AWS::ApiGateway::RestApi",
        "Body.x-amazon-apigateway-policy",
        "",
    ),
    ("AWS::IAM::Role", "AssumeRolePolicyDocument", ""),
    (
        "AWS::Kinesis::ResourcePolicy",
        "ResourcePolicy",
        "ResourceArn",
    ),
    ("AWS::DynamoDB::Table", "ResourcePolicy.PolicyDocument", ""),
    ("AWS::Logs::LogGroup", "ResourcePolicyDocument", ""),
    ("AWS::OpenSearchService::Domain", "AccessPolicies", ""),
    ("AWS::Elasticsearch::Domain", "AccessPolicies", ""),
    ("AWS::MSK::ClusterPolicy", "Policy", "ClusterArn"),
    ("AWS::EFS::FileSystem", "FileSystemPolicy", ""),
    ("AWS::Backup::BackupVault", "AccessPolicy", ""),
];

pub(super) fn all(app: &Application) -> Vec<Grant> {
    let mut grants = Vec::new();
    for (kind, document, attached) in DOCUMENTS {
        for resource in app.of_kind(kind) {
            let targets = if attached.is_empty() {
                vec![resource.id.clone()]
            } else {
                resource.references(attached)
            };
            for leaf in resource.at(document) {
                let document = parsed(leaf.value);
                statements(&document, resource, &targets, &mut grants);
            }
        }
    }
    for resource in app.of_kind("AWS::Events::EventBusPolicy") {
        bus_policy(resource, &mut grants);
    }
    for resource in app.of_kind("AWS::Lambda::Permission") {
        grants.push(permission(app, resource));
    }
    grants
}

/// A document that is written as a text of JSON becomes a value; its places are those of the text.
fn parsed(value: &Value) -> std::borrow::Cow<'_, Value> {
    if let Some(text) = value.as_text().filter(|t| t.trim_start().starts_with('{'))
        && let Ok(json) = serde_json::from_str::<Json>(text)
    {
        return std::borrow::Cow::Owned(crate::json::from_json(&json, &value.origin));
    }
    std::borrow::Cow::Borrowed(value)
}

fn statements(
    document: &Value,
    resource: &Resource,
    targets: &[Arc<str>],
    grants: &mut Vec<Grant>,
) {
    for leaf in crate::lookup::leaves(document, "Statement[]", &resource.origin) {
        if leaf.value.entries().is_empty() {
            continue;
        }
        grants.push(statement(leaf.value, resource, targets));
    }
}

fn statement(value: &Value, resource: &Resource, targets: &[Arc<str>]) -> Grant {
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
    Grant {
        written_in: resource.id.clone(),
        targets: targets.to_vec(),
        effect,
        principals,
        except,
        actions: texts(value.get("Action")),
        conditions: conditions(value.get("Condition")),
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

fn conditions(value: Option<&Value>) -> Vec<ConditionTest> {
    let mut tests = Vec::new();
    for operator in value.map_or(&[][..], Value::entries) {
        for key in operator.value.entries() {
            tests.push(ConditionTest {
                operator: operator.key.clone(),
                key: key.key.clone(),
                values: key.value.items().to_vec(),
            });
        }
    }
    tests
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
                    crate::value::ReasonKind::Parameter,
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

fn bus_policy(resource: &Resource, grants: &mut Vec<Grant>) {
    let targets = match resource.properties.get("EventBusName") {
        Some(_) => resource.references("EventBusName"),
        None => Vec::new(),
    };
    let before = grants.len();
    for leaf in resource.at("Statement") {
        let value = parsed(leaf.value);
        if !value.entries().is_empty() {
            grants.push(statement(&value, resource, &targets));
        }
    }
    if grants.len() == before
        && let Some(entry) = resource.properties.entry("Principal")
    {
        let mut principals = Vec::new();
        read_principal(&entry.value, "AWS", &mut principals);
        let conditions = resource.properties.get("Condition").map(|c| {
            let text = |key| c.get(key).map(Value::display).unwrap_or_default();
            ConditionTest {
                operator: Arc::from(text("Type")),
                key: Arc::from(text("Key")),
                values: c.get("Value").cloned().into_iter().collect(),
            }
        });
        grants.push(Grant {
            written_in: resource.id.clone(),
            targets,
            effect: Effect::Allow,
            principals,
            except: false,
            actions: texts(resource.properties.get("Action")),
            conditions: conditions.into_iter().collect(),
            at: resource.origin.clone(),
            principal_at: entry.key_origin.clone(),
        });
    }
}

/// `AWS::Lambda::Permission`: one principal, one action, and the properties that work as
/// conditions.
fn permission(app: &Application, resource: &Resource) -> Grant {
    let properties = &resource.properties;
    let mut principals = Vec::new();
    let principal = properties.entry("Principal");
    if let Some(entry) = principal {
        let text = entry.value.display();
        let kind = if text.contains(".amazonaws.com") {
            "Service"
        } else {
            "AWS"
        };
        read_principal(&entry.value, kind, &mut principals);
    }
    let conditions = [
        ("SourceArn", "ArnLike", "aws:SourceArn"),
        ("SourceAccount", "StringEquals", "aws:SourceAccount"),
        ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
        (
            "FunctionUrlAuthType",
            "StringEquals",
            "lambda:FunctionUrlAuthType",
        ),
        (
            "InvokedViaFunctionUrl",
            "Bool",
            "lambda:InvokedViaFunctionUrl",
        ),
        (
            "EventSourceToken",
            "StringEquals",
            "lambda:EventSourceToken",
        ),
    ]
    .into_iter()
    .filter_map(|(property, operator, key)| {
        let value = properties.get(property)?;
        (!matches!(value.data, Data::Absent | Data::Null)).then(|| ConditionTest {
            operator: Arc::from(operator),
            key: Arc::from(key),
            values: vec![value.clone()],
        })
    })
    .collect();
    let function = properties.get("FunctionName");
    Grant {
        written_in: resource.id.clone(),
        targets: function.map_or_else(Vec::new, |v| super::functions::named(app, v)),
        effect: Effect::Allow,
        principals,
        except: false,
        actions: texts(properties.get("Action")),
        conditions,
        at: resource.origin.clone(),
        principal_at: principal.map_or_else(|| resource.origin.clone(), |e| e.key_origin.clone()),
    }
}

pub(super) fn dump(grant: &Grant) -> Json {
    json!({
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
    })
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
