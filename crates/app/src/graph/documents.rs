//! The policies that are written in or attached to resources: where each kind of resource keeps its
//! own, and the permissions that are no documents but work like one.

use crate::application::Application;
use crate::json_text;
use crate::lookup;
use crate::resource::Resource;
use crate::value::{Alternative, Condition, Data, Entry, List, Map, Part, Value};
use palisade_core::Origin;
use std::sync::Arc;

/// A policy that says who may use a resource: a resource policy, a key policy, a trust policy.
#[derive(Clone, Debug)]
pub struct PolicyDocument {
    /// The resource that it is written in (a policy resource, or the target itself).
    pub written_in: Arc<str>,
    /// The resources of the application that it is about.
    pub targets: Vec<Arc<str>>,
    /// The document; permissions that are no documents are written as one.
    pub document: Value,
    /// Under which conditions it is this one.
    pub when: Vec<Condition>,
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

/// The policies on resources, in the order of kinds.
pub(super) fn all(app: &Application) -> Vec<PolicyDocument> {
    let mut documents = Vec::new();
    for (kind, path, attached) in DOCUMENTS {
        for resource in app.of_kind(kind) {
            let targets = match *attached {
                ITSELF => vec![resource.id.clone()],
                NOTHING => Vec::new(),
                path => targets(app, resource, path),
            };
            for leaf in resource.at(path) {
                if leaf.value.data == Data::Absent {
                    continue;
                }
                documents.push(PolicyDocument {
                    written_in: resource.id.clone(),
                    targets: targets.clone(),
                    document: parsed(leaf.value),
                    when: leaf.when,
                });
            }
        }
    }
    for resource in app.of_kind("AWS::Events::EventBusPolicy") {
        let targets = targets(app, resource, "EventBusName");
        let statements = bus_statements(resource);
        documents.push(document_of(resource, targets, statements));
    }
    for resource in app.of_kind("AWS::Lambda::Permission") {
        let function = resource.properties.get("FunctionName");
        let targets = function.map_or_else(Vec::new, |v| super::functions::named(app, v));
        documents.push(document_of(resource, targets, vec![permission(resource)]));
    }
    for resource in app.of_kind("AWS::Lambda::LayerVersionPermission") {
        let targets = resource.references("LayerVersionArn");
        documents.push(document_of(
            resource,
            targets,
            vec![layer_permission(resource)],
        ));
    }
    documents
}

fn document_of(
    resource: &Resource,
    targets: Vec<Arc<str>>,
    statements: Vec<Value>,
) -> PolicyDocument {
    let list = Value::new(
        Data::List(List {
            items: statements,
            open: None,
        }),
        resource.origin.clone(),
    );
    PolicyDocument {
        written_in: resource.id.clone(),
        targets,
        document: map(
            vec![
                entry("Version", text("2012-10-17", &resource.origin)),
                entry("Statement", list),
            ],
            &resource.origin,
        ),
        when: Vec::new(),
    }
}

fn map(entries: Vec<Entry>, origin: &Origin) -> Value {
    let map = Map {
        entries,
        open: None,
    };
    Value::new(Data::Map(map), origin.clone())
}

fn text(text: &str, origin: &Origin) -> Value {
    Value::text(text, origin.clone())
}

fn entry(key: &str, value: Value) -> Entry {
    Entry {
        key: Arc::from(key),
        key_origin: value.origin.clone(),
        value,
    }
}

/// A property as an element of a statement: points at where the property was written.
fn element(resource: &Resource, property: &str) -> Option<Entry> {
    let written = resource.properties.entry(property)?;
    Some(Entry {
        key: Arc::from(property),
        key_origin: written.key_origin.clone(),
        value: written.value.clone(),
    })
}

/// An allowing statement of a resource's own properties `Principal` and `Action`.
fn statement(resource: &Resource, principal: Option<Entry>, condition: Option<Entry>) -> Value {
    let mut entries = vec![entry("Effect", text("Allow", &resource.origin))];
    entries.extend(principal);
    entries.extend(element(resource, "Action"));
    entries.extend(condition);
    map(entries, &resource.origin)
}

/// A principal under its kind, in each of several cases.
fn under(value: &Value, kind: &impl Fn(&Value) -> &'static str) -> Value {
    let Data::OneOf(cases) = &value.data else {
        return map(vec![entry(kind(value), value.clone())], &value.origin);
    };
    let cases = cases.iter().map(|case| Alternative {
        when: case.when.clone(),
        value: under(&case.value, kind),
    });
    Value::new(Data::OneOf(cases.collect()), value.origin.clone())
}

/// `Principal` of one kind.
fn principal_of(resource: &Resource, kind: impl Fn(&Value) -> &'static str) -> Option<Entry> {
    let mut principal = element(resource, "Principal")?;
    principal.value = under(&principal.value, &kind);
    Some(principal)
}

fn bus_statements(resource: &Resource) -> Vec<Value> {
    let whole: Vec<Value> = resource
        .at("Statement[]")
        .into_iter()
        .map(|leaf| parsed(leaf.value))
        .filter(|value| !value.entries().is_empty())
        .collect();
    if !whole.is_empty() || resource.properties.entry("Principal").is_none() {
        return whole;
    }
    let condition = element(resource, "Condition").map(|mut condition| {
        let part = |name| condition.value.get(name);
        if let (Some(operator), Some(key), Some(value)) = (part("Type"), part("Key"), part("Value"))
        {
            let origin = &condition.value.origin;
            let tested = map(vec![entry(&key.display(), value.clone())], origin);
            condition.value = map(vec![entry(&operator.display(), tested)], origin);
        }
        condition
    });
    let principal = principal_of(resource, |_| "AWS");
    vec![statement(resource, principal, condition)]
}

/// `AWS::Lambda::Permission`: one principal, one action, and the properties that work as
/// conditions.
fn permission(resource: &Resource) -> Value {
    const CONDITIONS: &[(&str, &str, &str)] = &[
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
    ];
    let principal = principal_of(resource, |value| {
        let service = [".amazonaws.com", ".amazon.com"];
        if service.iter().any(|end| value.display().contains(end)) {
            "Service"
        } else {
            "AWS"
        }
    });
    statement(resource, principal, conditions(resource, CONDITIONS))
}

/// `AWS::Lambda::LayerVersionPermission`: one principal, or all of an organization.
fn layer_permission(resource: &Resource) -> Value {
    let principal = principal_of(resource, |_| "AWS");
    let organization = [("OrganizationId", "StringEquals", "aws:PrincipalOrgID")];
    statement(resource, principal, conditions(resource, &organization))
}

/// A condition block of the properties that are there: property, operator, key.
fn conditions(resource: &Resource, tests: &[(&str, &str, &str)]) -> Option<Entry> {
    let mut operators: Vec<Entry> = Vec::new();
    for (property, operator, key) in tests {
        let Some(value) = resource.properties.get(property) else {
            continue;
        };
        if matches!(value.data, Data::Absent | Data::Null) {
            continue;
        }
        let test = entry(key, value.clone());
        let same = operators.iter_mut().find(|entry| &*entry.key == *operator);
        match same.map(|entry| &mut entry.value.data) {
            Some(Data::Map(map)) => map.entries.push(test),
            _ => operators.push(entry(operator, map(vec![test], &value.origin))),
        }
    }
    (!operators.is_empty()).then(|| entry("Condition", map(operators, &resource.origin)))
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
            Data::List(_) => lookup::leaves(leaf.value, "[]", leaf.at),
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
fn parsed(value: &Value) -> Value {
    json_text::parse(value).unwrap_or_else(|| value.clone())
}

#[cfg(test)]
mod tests {
    use super::behind;
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
}
