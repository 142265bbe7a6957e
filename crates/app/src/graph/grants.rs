//! Resource policies, trust policies and invoke permissions as they are written: who, what, under
//! which conditions. What they allow together is decided elsewhere.

use crate::application::Application;
use crate::resource::Resource;
use crate::value::{Data, Part, Reason, ReasonKind, Value};
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

/// Attached to the resource that it is written in.
const ITSELF: &str = "";
/// Attached to no resource.
const NOTHING: &str = "-";

/// Kind of resource, path of its policy document, path of what the policy is attached to
/// ([`ITSELF`] for the resource itself, [`NOTHING`] when it is not attached).
const DOCUMENTS: &[(&str, &str, &str)] = &[
    ("AWS::SQS::QueuePolicy", "PolicyDocument", "Queues"),
    ("AWS::SQS::QueueInlinePolicy", "PolicyDocument", "Queue"),
    ("AWS::SNS::TopicPolicy", "PolicyDocument", "Topics"),
    ("AWS::SNS::TopicInlinePolicy", "PolicyDocument", "TopicArn"),
    ("AWS::S3::BucketPolicy", "PolicyDocument", "Bucket"),
    ("AWS::S3::AccessPoint", "Policy", "Bucket"),
    ("AWS::KMS::Key", "KeyPolicy", ITSELF),
    ("AWS::KMS::ReplicaKey", "KeyPolicy", ITSELF),
    (
        "AWS::SecretsManager::ResourcePolicy",
        "ResourcePolicy",
        "SecretId",
    ),
    ("AWS::Events::EventBus", "Policy", ITSELF),
    ("AWS::ECR::Repository", "RepositoryPolicyText", ITSELF),
    ("AWS::ApiGateway::RestApi", "Policy", ITSELF),
    (
        "AWS::ApiGateway::RestApi",
        "Body.x-amazon-apigateway-policy",
        ITSELF,
    ),
    ("AWS::IAM::Role", "AssumeRolePolicyDocument", ITSELF),
    (
        "AWS::Kinesis::ResourcePolicy",
        "ResourcePolicy",
        "ResourceArn",
    ),
    (
        "AWS::DynamoDB::Table",
        "ResourcePolicy.PolicyDocument",
        ITSELF,
    ),
    ("AWS::Logs::LogGroup", "ResourcePolicyDocument", ITSELF),
    ("AWS::OpenSearchService::Domain", "AccessPolicies", ITSELF),
    ("AWS::Elasticsearch::Domain", "AccessPolicies", ITSELF),
    ("AWS::MSK::ClusterPolicy", "Policy", "ClusterArn"),
    ("AWS::EFS::FileSystem", "FileSystemPolicy", ITSELF),
    ("AWS::Backup::BackupVault", "AccessPolicy", ITSELF),
    ("AWS::Logs::Destination", "DestinationPolicy", ITSELF),
    ("AWS::Logs::ResourcePolicy", "PolicyDocument", NOTHING),
];

/// Policies that may name their target by its physical name: the policy's kind, the target's kind,
/// the property that holds its name, and what stands before the name in the policy.
const NAMES: &[(&str, &str, &str, Lead)] = &[
    (
        "AWS::S3::BucketPolicy",
        "AWS::S3::Bucket",
        "BucketName",
        Lead::Nothing,
    ),
    (
        "AWS::S3::AccessPoint",
        "AWS::S3::Bucket",
        "BucketName",
        Lead::Nothing,
    ),
    (
        "AWS::Events::EventBusPolicy",
        "AWS::Events::EventBus",
        "Name",
        Lead::Nothing,
    ),
    (
        "AWS::SecretsManager::ResourcePolicy",
        "AWS::SecretsManager::Secret",
        "Name",
        Lead::Nothing,
    ),
    (
        "AWS::SQS::QueuePolicy",
        "AWS::SQS::Queue",
        "QueueName",
        Lead::Until('/'),
    ),
    (
        "AWS::SNS::TopicPolicy",
        "AWS::SNS::Topic",
        "TopicName",
        Lead::Until(':'),
    ),
    (
        "AWS::Kinesis::ResourcePolicy",
        "AWS::Kinesis::Stream",
        "Name",
        Lead::Until('/'),
    ),
];

/// What stands before the name in what a policy is attached to.
#[derive(Clone, Copy, Debug)]
enum Lead {
    /// It is the name.
    Nothing,
    /// An address or ARN whose last piece, behind this character, is the name.
    Until(char),
}

pub(super) fn all(app: &Application) -> Vec<Grant> {
    let mut grants = Vec::new();
    for (kind, document, attached) in DOCUMENTS {
        for resource in app.of_kind(kind) {
            let targets = match *attached {
                ITSELF => vec![resource.id.clone()],
                NOTHING => Vec::new(),
                path => targets(app, resource, path),
            };
            for leaf in resource.at(document) {
                let document = parsed(leaf.value);
                statements(&document, resource, &targets, &mut grants);
            }
        }
    }
    for resource in app.of_kind("AWS::Events::EventBusPolicy") {
        bus_policy(app, resource, &mut grants);
    }
    for resource in app.of_kind("AWS::Lambda::Permission") {
        grants.push(permission(app, resource));
    }
    for resource in app.of_kind("AWS::Lambda::LayerVersionPermission") {
        grants.push(layer_permission(resource));
    }
    grants
}

/// The resources that a policy is attached to: by reference, or by the name that they are declared
/// with.
fn targets(app: &Application, policy: &Resource, path: &str) -> Vec<Arc<str>> {
    let mut found = policy.references(path);
    for (kind, target, property, lead) in NAMES {
        if *kind != &*policy.kind {
            continue;
        }
        let attached = attached_names(policy, path, *lead);
        if attached.is_empty() {
            continue;
        }
        for resource in app.of_kind(target) {
            let named = resource.at(property).iter().any(|leaf| {
                let name = leaf.value.parts();
                name.is_some_and(|name| {
                    attached
                        .iter()
                        .any(|attached| same_name(attached, &name, policy, resource))
                })
            });
            if named && !found.contains(&resource.id) {
                found.push(resource.id.clone());
            }
        }
    }
    found
}

/// The names in what a policy is attached to.
fn attached_names(policy: &Resource, path: &str, lead: Lead) -> Vec<Vec<Part>> {
    let mut names = Vec::new();
    for leaf in policy.at(path) {
        let items = match &leaf.value.data {
            Data::List(_) => crate::lookup::leaves(leaf.value, "[]", leaf.at),
            _ => vec![leaf],
        };
        for item in items {
            let Some(parts) = item.value.parts() else {
                continue;
            };
            names.push(match lead {
                Lead::Nothing => parts.into_owned(),
                Lead::Until(mark) => behind(&parts, mark),
            });
        }
    }
    names
}

/// The parts behind the last place of a character.
fn behind(parts: &[Part], mark: char) -> Vec<Part> {
    let cut = parts.iter().rposition(|part| match part {
        Part::Literal(text) => text.contains(mark),
        _ => false,
    });
    let Some(cut) = cut else {
        return parts.to_vec();
    };
    let mut rest = Vec::new();
    if let Some(Part::Literal(text)) = parts.get(cut)
        && let Some((_, tail)) = text.rsplit_once(mark)
        && !tail.is_empty()
    {
        rest.push(Part::Literal(Arc::from(tail)));
    }
    rest.extend(parts.iter().skip(cut + 1).cloned());
    rest
}

/// Whether two names are surely the same one. Parameters are those of the stack that they are
/// used in.
fn same_name(a: &[Part], b: &[Part], policy: &Resource, target: &Resource) -> bool {
    let stack = |resource: &Resource| {
        let end = resource.id.rfind('/').unwrap_or_default();
        resource.id.get(..end).unwrap_or_default().to_owned()
    };
    let unknown = |part: &Part| matches!(part, Part::Hole(_));
    let given = |part: &Part| matches!(part, Part::Parameter { .. });
    !a.is_empty()
        && a == b
        && !a.iter().any(unknown)
        && (!a.iter().any(given) || stack(policy) == stack(target))
}

/// A document that is written as a text of JSON becomes a value; its places are those of the text.
fn parsed(value: &Value) -> std::borrow::Cow<'_, Value> {
    crate::json_text::parse(value)
        .map_or(std::borrow::Cow::Borrowed(value), std::borrow::Cow::Owned)
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
    let (conditions, conditions_open) = conditions(value);
    Grant {
        written_in: resource.id.clone(),
        targets: targets.to_vec(),
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

fn bus_policy(app: &Application, resource: &Resource, grants: &mut Vec<Grant>) {
    let targets = targets(app, resource, "EventBusName");
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
        let condition = resource.properties.get("Condition");
        let conditions_open = condition.and_then(open);
        let conditions = condition.filter(|c| !c.entries().is_empty()).map(|c| {
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
            conditions_open,
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
        conditions_open: None,
        at: resource.origin.clone(),
        principal_at: principal.map_or_else(|| resource.origin.clone(), |e| e.key_origin.clone()),
    }
}

/// `AWS::Lambda::LayerVersionPermission`: one principal, or all of an organization.
fn layer_permission(resource: &Resource) -> Grant {
    let properties = &resource.properties;
    let mut principals = Vec::new();
    let principal = properties.entry("Principal");
    if let Some(entry) = principal {
        read_principal(&entry.value, "AWS", &mut principals);
    }
    let organization = properties.get("OrganizationId");
    let conditions = organization
        .filter(|value| !matches!(value.data, Data::Absent | Data::Null))
        .map(|value| ConditionTest {
            operator: Arc::from("StringEquals"),
            key: Arc::from("aws:PrincipalOrgID"),
            values: vec![value.clone()],
        });
    Grant {
        written_in: resource.id.clone(),
        targets: resource.references("LayerVersionArn"),
        effect: Effect::Allow,
        principals,
        except: false,
        actions: texts(properties.get("Action")),
        conditions: conditions.into_iter().collect(),
        conditions_open: None,
        at: resource.origin.clone(),
        principal_at: principal.map_or_else(|| resource.origin.clone(), |e| e.key_origin.clone()),
    }
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
    use super::{behind, matches_action};
    use crate::value::Part;
    use std::sync::Arc;

    #[test]
    fn names_stand_behind_addresses() {
        let literal = |text: &str| Part::Literal(Arc::from(text));
        let stage = Part::Pseudo(Arc::from("AWS::Region"));
        let url = [
            literal("https://sqs.x/123/or"),
            stage.clone(),
            literal("-q"),
        ];
        assert_eq!(
            behind(&url, '/'),
            [literal("or"), stage.clone(), literal("-q")]
        );
        let url = [literal("https://sqs.x/123/"), stage.clone()];
        assert_eq!(behind(&url, '/'), std::slice::from_ref(&stage));
        assert_eq!(behind(&[literal("orders")], '/'), [literal("orders")]);
    }

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
