//! An AWS account as it stands: the output of `aws iam get-account-authorization-details`, read as
//! an application whose resources are the account's users, groups, roles and policies. So every
//! question and rule about templates can be asked about an account, without being connected to it.
//!
//! Source: IAM API Reference, "`GetAccountAuthorizationDetails`". Documents of policies stand there
//! as objects (the AWS CLI decodes them) or as percent-encoded texts of JSON (the API's own form).
//!
//! Must never read a text of an account as a template's: nothing in it is a function.

use crate::application::{Application, Language};
use crate::cfn::Outcome;
use crate::resource::{Existence, Provider, Resource};
use crate::value::{Data, Entry, List, Map, Part, Reason, ReasonKind, Value};
use palisade_core::{Problem, ProblemLevel, ResourceRef, Sources, Span};
use palisade_syntax::{Node, decode, parse_json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is known of the account that an application is the state of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// Its number.
    pub number: Arc<str>,
    /// The partition that it is in.
    pub partition: Arc<str>,
    /// The documents of the provider's managed policies as they were in force then, by ARN.
    pub managed: BTreeMap<Arc<str>, Value>,
}

/// A list of the output, and what its items are.
struct Shape {
    list: &'static str,
    kind: &'static str,
    /// The member that holds the name, and the property that does.
    name: (&'static str, &'static str),
}

const SHAPES: &[Shape] = &[
    Shape {
        list: "UserDetailList",
        kind: "AWS::IAM::User",
        name: ("UserName", "UserName"),
    },
    Shape {
        list: "GroupDetailList",
        kind: "AWS::IAM::Group",
        name: ("GroupName", "GroupName"),
    },
    Shape {
        list: "RoleDetailList",
        kind: "AWS::IAM::Role",
        name: ("RoleName", "RoleName"),
    },
    Shape {
        list: "Policies",
        kind: "AWS::IAM::ManagedPolicy",
        name: ("PolicyName", "ManagedPolicyName"),
    },
];

/// Whether a text may be such output, without parsing it.
#[must_use]
pub fn looks_like(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    text.trim_ascii_start().first() == Some(&b'{')
        && ["RoleDetailList", "UserDetailList", "GroupDetailList"]
            .iter()
            .any(|list| bytes.windows(list.len()).any(|w| w == list.as_bytes()))
}

/// Reads the state of an account.
#[must_use]
pub fn read(path: &str, bytes: &[u8]) -> Outcome {
    let text = match decode(bytes) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("`{path}` {error}");
            return Outcome::Broken(Problem::file(path, ProblemLevel::Error, message));
        }
    };
    let mut sources = Sources::default();
    let file = sources.add(path, text);
    let document = match parse_json(file, sources.text(file)) {
        Ok(document) => document,
        Err(error) => {
            let level = ProblemLevel::Error;
            return Outcome::Broken(Problem::at(&sources, error.span, level, error.message));
        }
    };
    let root = document.root;
    let listed = |shape: &Shape| root.get(shape.list).is_some_and(|l| l.as_seq().is_some());
    if !SHAPES.iter().any(listed) {
        return Outcome::NotTemplate("no output of `aws iam get-account-authorization-details`");
    }
    let mut reader = Reader::default();
    reader.declared(&root);
    reader.is_whole(&root);
    for shape in SHAPES {
        for item in items(&root, shape.list) {
            reader.item(shape, item);
        }
    }
    let problems = reader.problems.into_iter();
    let problems = problems
        .map(|(span, message)| Problem::at(&sources, span, ProblemLevel::Error, message))
        .collect();
    let mut application = Application::new(
        Arc::from(path),
        Language::Account,
        sources,
        Vec::new(),
        Vec::new(),
        reader.resources,
    );
    application.account = Some(reader.account);
    Outcome::Application(Box::new(application), problems)
}

fn items<'a>(node: &'a Node, list: &str) -> &'a [Node] {
    node.get(list).and_then(Node::as_seq).unwrap_or_default()
}

fn text<'a>(node: &'a Node, name: &str) -> Option<&'a str> {
    node.get(name).and_then(Node::as_str)
}

#[derive(Default)]
struct Reader {
    account: Account,
    /// ARNs of the account's own policies.
    policies: BTreeSet<Arc<str>>,
    /// ARNs of groups by their names.
    groups: BTreeMap<Arc<str>, Arc<str>>,
    resources: Vec<Resource>,
    problems: Vec<(Span, String)>,
}

impl Reader {
    /// Notes whom the account holds, so that references to them are known.
    fn declared(&mut self, root: &Node) {
        for item in items(root, "Policies") {
            match text(item, "Arn") {
                Some(arn) if !is_provided(arn) => {
                    self.policies.insert(Arc::from(arn));
                }
                _ => {}
            }
        }
        for item in items(root, "GroupDetailList") {
            if let (Some(name), Some(arn)) = (text(item, "GroupName"), text(item, "Arn")) {
                self.groups.insert(Arc::from(name), Arc::from(arn));
            }
        }
    }

    /// An output that was cut off shows less than what is allowed.
    fn is_whole(&mut self, root: &Node) {
        let cut = |entry: &&palisade_syntax::Entry| match &*entry.key.name {
            "IsTruncated" => entry.value.scalar_text().is_some_and(|t| &*t == "true"),
            "NextToken" | "Marker" => entry.value.as_str().is_some_and(|t| !t.is_empty()),
            _ => false,
        };
        let found = root.as_map().unwrap_or_default().iter().find(cut);
        if let Some(entry) = found {
            self.problem(
                entry.key.origin.span,
                "the output was cut off here: what is missing may allow more; let the AWS CLI read \
                 all pages (no `--max-items`, no `--no-paginate`)",
            );
        }
    }

    fn problem(&mut self, span: Span, message: impl Into<String>) {
        self.problems.push((span, message.into()));
    }

    fn item(&mut self, shape: &Shape, item: &Node) {
        let (Some(arn), Some(name)) = (text(item, "Arn"), text(item, shape.name.0)) else {
            let message = format!("an entry without `Arn` or `{}` is not read", shape.name.0);
            self.problem(item.origin.span, message);
            return;
        };
        let arn: Arc<str> = Arc::from(arn);
        if is_provided(&arn) {
            let document = self.default_version(item);
            self.account.managed.extend(document.map(|d| (arn, d)));
            return;
        }
        self.belongs(&arn, item.origin.span);
        for profile in items(item, "InstanceProfileList") {
            self.instance_profile(profile, &arn);
        }
        let mut properties = Map::default();
        for entry in item.as_map().unwrap_or_default() {
            let (key, value) = (&*entry.key.name, &entry.value);
            let (property, value) = match key {
                "Path" | "Tags" | "Description" => (key, plain(value)),
                _ if key == shape.name.0 => (shape.name.1, plain(value)),
                "AssumeRolePolicyDocument" => (key, self.document(value)),
                "UserPolicyList" | "GroupPolicyList" | "RolePolicyList" => {
                    ("Policies", self.inline(value))
                }
                "AttachedManagedPolicies" => ("ManagedPolicyArns", self.attached(value)),
                "PermissionsBoundary" => match value.get("PermissionsBoundaryArn") {
                    Some(arn) => (key, self.policy(arn)),
                    None => continue,
                },
                "GroupList" => ("Groups", self.members(value)),
                _ => continue,
            };
            properties.entries.push(Entry {
                key: Arc::from(property),
                key_origin: entry.key.origin.clone(),
                value,
            });
        }
        if let Some(document) = self.default_version(item) {
            properties.entries.push(Entry {
                key: Arc::from("PolicyDocument"),
                key_origin: document.origin.clone(),
                value: document,
            });
        }
        self.add(shape.kind, arn, name, properties, item);
    }

    fn add(&mut self, kind: &str, arn: Arc<str>, name: &str, properties: Map, item: &Node) {
        let origin = item.get("Arn").map_or(&item.origin, |arn| &arn.origin);
        self.resources.push(Resource {
            id: arn.clone(),
            kind: Arc::from(kind),
            provider: Provider::Aws,
            properties: Value::new(Data::Map(properties), item.origin.clone()),
            attributes: Value::new(Data::Map(Map::default()), item.origin.clone()),
            exists: Existence::Always,
            origin: origin.clone(),
            extent: item.origin.span,
            written: ResourceRef {
                address: arn,
                kind: Arc::from(kind),
                provider: Provider::Aws.as_str(),
                name: Some(Arc::from(name)),
            },
            metadata: None,
            generated: false,
            partial: false,
        });
    }

    /// The account is the one that its ARNs name.
    fn belongs(&mut self, arn: &str, span: Span) {
        let mut parts = arn.split(':');
        let (partition, number) = (parts.nth(1), parts.nth(2));
        let (Some(partition), Some(number)) = (partition, number.filter(|n| !n.is_empty())) else {
            self.problem(span, format!("`{arn}` is no ARN of an account"));
            return;
        };
        if self.account.number.is_empty() {
            self.account.number = Arc::from(number);
            self.account.partition = Arc::from(partition);
        } else if *self.account.number != *number {
            let message = format!(
                "`{arn}` is of another account than the entries before it ({}): keep each account \
                 in a file of its own",
                self.account.number
            );
            self.problem(span, message);
        }
    }

    fn instance_profile(&mut self, item: &Node, role: &Arc<str>) {
        let name = text(item, "InstanceProfileName");
        let (Some(arn), Some(name)) = (text(item, "Arn"), name) else {
            return;
        };
        let mut properties = Map::default();
        let mut property = |key: &str, value: Value| {
            properties.entries.push(Entry {
                key: Arc::from(key),
                key_origin: item.origin.clone(),
                value,
            });
        };
        for key in ["InstanceProfileName", "Path"] {
            if let Some(value) = item.get(key) {
                property(key, plain(value));
            }
        }
        property("Roles", list(item, vec![reference(role, item)]));
        let kind = "AWS::IAM::InstanceProfile";
        self.add(kind, Arc::from(arn), name, properties, item);
    }

    /// `[{PolicyName, PolicyDocument}]`, with the documents read.
    fn inline(&mut self, node: &Node) -> Value {
        let mut policies = Vec::new();
        for item in node.as_seq().unwrap_or_default() {
            let mut policy = plain(item);
            if let (Data::Map(map), Some(document)) = (&mut policy.data, item.get("PolicyDocument"))
                && let Some(entry) = map.entries.iter_mut().find(|e| &*e.key == "PolicyDocument")
            {
                entry.value = self.document(document);
            }
            policies.push(policy);
        }
        list(node, policies)
    }

    fn attached(&self, node: &Node) -> Value {
        let arns = node.as_seq().unwrap_or_default().iter();
        let arns = arns.filter_map(|item| item.get("PolicyArn"));
        list(node, arns.map(|arn| self.policy(arn)).collect())
    }

    /// A policy by its ARN: a reference when it is one of the account's.
    fn policy(&self, arn: &Node) -> Value {
        match arn.as_str().and_then(|text| self.policies.get(text)) {
            Some(id) => reference(id, arn),
            None => plain(arn),
        }
    }

    fn members(&self, node: &Node) -> Value {
        let group = |name: &Node| match name.as_str().and_then(|n| self.groups.get(n)) {
            Some(id) => reference(id, name),
            None => plain(name),
        };
        let names = node.as_seq().unwrap_or_default();
        list(node, names.iter().map(group).collect())
    }

    /// The document of a policy's version that is in force.
    fn default_version(&mut self, item: &Node) -> Option<Value> {
        let versions = item.get("PolicyVersionList")?;
        let id = text(item, "DefaultVersionId");
        let in_force = |version: &&Node| match id {
            Some(id) => text(version, "VersionId") == Some(id),
            None => {
                let default = version.get("IsDefaultVersion");
                default
                    .and_then(Node::scalar_text)
                    .is_some_and(|t| &*t == "true")
            }
        };
        let version = versions.as_seq()?.iter().find(in_force);
        let Some(document) = version.and_then(|version| version.get("Document")) else {
            let message = "the version of this policy that is in force is not here";
            self.problem(versions.origin.span, message);
            return Some(not_read(versions, message));
        };
        Some(self.document(document))
    }

    /// A policy document: an object, or a text of JSON that may be percent-encoded.
    fn document(&mut self, node: &Node) -> Value {
        let Some(text) = node.as_str() else {
            return plain(node);
        };
        let decoded = if text.trim_start().starts_with('{') {
            Some(text.to_owned())
        } else {
            percent_decoded(text)
        };
        let value = decoded.map(|text| Value::text(text, node.origin.clone()));
        let value = value.and_then(|value| crate::json_text::parse(&value));
        value.unwrap_or_else(|| {
            let message = "this document is neither an object nor (percent-encoded) JSON";
            self.problem(node.origin.span, message);
            not_read(node, message)
        })
    }
}

/// Whether the provider manages a policy.
fn is_provided(arn: &str) -> bool {
    arn.contains(":iam::aws:policy/")
}

fn plain(node: &Node) -> Value {
    Value::plain(node, &Clone::clone)
}

fn list(node: &Node, items: Vec<Value>) -> Value {
    Value::new(Data::List(List { items, open: None }), node.origin.clone())
}

fn reference(id: &Arc<str>, node: &Node) -> Value {
    let part = Part::Reference {
        resource: id.clone(),
        attribute: Arc::from("Ref"),
    };
    Value::symbol(part, node.origin.clone())
}

fn not_read(node: &Node, why: &str) -> Value {
    Value::unknown(Reason::new(ReasonKind::File, why), node.origin.clone())
}

/// RFC 3986; nothing when the text is not encoded that way.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let code = digit(rest.next())? * 16 + digit(rest.next())?;
                u8::try_from(code).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests;
