//! The identities that an application declares (roles, users, groups, permission sets) and the
//! policies that each has: inline, attached, managed by the provider, and its boundary.

use crate::document;
use crate::managed::Managed;
use crate::names::Names;
use crate::worlds::{Choices, exists};
use palisade_app::{Application, Condition, Data, Resource, Value};
use palisade_core::Origin;
use palisade_iam::Policy;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Somebody whom an application gives permissions to.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The id of its resource.
    pub id: Arc<str>,
    /// What it is.
    pub kind: IdentityKind,
    /// Its ARN, with symbols for what is not known.
    pub arn: String,
    /// Its permissions in each world that makes a difference to them; at least one.
    pub worlds: Vec<Permissions>,
}

/// The kinds of identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdentityKind {
    /// A role.
    Role,
    /// A user.
    User,
    /// A group of users.
    Group,
    /// A permission set of IAM Identity Center.
    PermissionSet,
}

/// The policies of an identity under some conditions.
#[derive(Clone, Debug)]
pub struct Permissions {
    /// When these hold.
    pub when: Vec<Condition>,
    /// What it has been given.
    pub identity: Vec<Attached>,
    /// What limits it; nothing when it has no boundary.
    pub boundary: Option<Attached>,
}

/// A policy that an identity has.
#[derive(Clone, Debug)]
pub struct Attached {
    /// The policy.
    pub policy: Arc<Policy>,
    /// Its name.
    pub name: Arc<str>,
    /// The resource that it is written in, or that names it when the provider manages it.
    pub written_in: Arc<str>,
    /// Where it was written or named.
    pub at: Origin,
    /// The provider manages it.
    pub managed: bool,
}

/// Where a kind of identity keeps its policies.
struct Shape {
    kind: &'static str,
    is: IdentityKind,
    /// A list of maps with `PolicyName` and `PolicyDocument`.
    inline: &'static str,
    /// A document of its own.
    document: &'static str,
    /// A list of ARNs.
    managed: &'static str,
}

const GROUP: Shape = Shape {
    kind: "AWS::IAM::Group",
    is: IdentityKind::Group,
    inline: "Policies",
    document: "",
    managed: "ManagedPolicyArns",
};

const SHAPES: &[Shape] = &[
    Shape {
        kind: "AWS::IAM::Role",
        is: IdentityKind::Role,
        inline: "Policies",
        document: "",
        managed: "ManagedPolicyArns",
    },
    Shape {
        kind: "AWS::IAM::User",
        is: IdentityKind::User,
        inline: "Policies",
        document: "",
        managed: "ManagedPolicyArns",
    },
    GROUP,
    Shape {
        kind: "AWS::SSO::PermissionSet",
        is: IdentityKind::PermissionSet,
        inline: "",
        document: "InlinePolicy",
        managed: "ManagedPolicies",
    },
];

/// Policies that name the identities which they are attached to: kind, and the property that names
/// one; those without name several.
const ATTACHING: &[(&str, &str)] = &[
    ("AWS::IAM::Policy", ""),
    ("AWS::IAM::ManagedPolicy", ""),
    ("AWS::IAM::RolePolicy", "RoleName"),
    ("AWS::IAM::UserPolicy", "UserName"),
    ("AWS::IAM::GroupPolicy", "GroupName"),
];

/// Reads every identity.
pub(crate) fn all(
    app: &Application,
    names: &mut Names<'_>,
    managed: &mut Managed<'_>,
) -> Vec<Identity> {
    let attaching = Attaching::of(app);
    let mut identities = Vec::new();
    for shape in SHAPES {
        for resource in app.of_kind(shape.kind) {
            let arn = names.arn(resource).unwrap_or_default();
            let groups = groups(app, resource);
            let reader = |resource, shape| Reader {
                app,
                shape,
                resource,
                policies: attaching.policies_of(resource),
            };
            let own = reader(resource, shape);
            let of_groups: Vec<Reader<'_>> =
                (groups.iter()).map(|group| reader(group, &GROUP)).collect();
            let mut choices = Choices::default();
            for reader in of_groups.iter().chain([&own]) {
                choices.of_value(&reader.resource.properties);
                for policy in &reader.policies {
                    choices.of_value(&policy.properties);
                    choices.of_existence(&policy.exists);
                }
            }
            for group in &groups {
                choices.of_existence(&group.exists);
            }
            let mut worlds: Vec<Permissions> = Vec::new();
            for world in choices.worlds() {
                let mut permissions = own.permissions(world, names, managed);
                for group in &of_groups {
                    if exists(&permissions.when, &group.resource.exists) {
                        let shared = group.given(&permissions.when, names, managed);
                        permissions.identity.extend(shared);
                    }
                }
                worlds.push(permissions);
            }
            identities.push(Identity {
                id: resource.id.clone(),
                kind: shape.is,
                arn,
                worlds: merged(worlds),
            });
        }
    }
    identities
}

/// The groups of the application that a user is in, whether the user says so or a membership.
fn groups<'a>(app: &'a Application, user: &Resource) -> Vec<&'a Resource> {
    if &*user.kind != "AWS::IAM::User" {
        return Vec::new();
    }
    let mut found = user.references("Groups");
    for membership in app.attached("AWS::IAM::UserToGroupAddition", "Users", &user.id) {
        found.extend(membership.references("GroupName"));
    }
    let named = |group: &&Resource| {
        let name = group.text("GroupName");
        let is = |leaf: &palisade_app::Leaf<'_>| {
            let items = leaf.value.items().iter();
            name.is_some()
                && items
                    .filter_map(Value::as_text)
                    .any(|text| Some(text) == name)
        };
        found.contains(&group.id) || user.at("Groups").iter().any(is)
    };
    app.of_kind(GROUP.kind).filter(named).collect()
}

/// Worlds that differ in nothing are one.
fn merged(worlds: Vec<Permissions>) -> Vec<Permissions> {
    let same = |a: &Permissions, b: &Permissions| {
        let policies = |p: &Permissions| -> Vec<Arc<Policy>> {
            let all = p.identity.iter().chain(&p.boundary);
            all.map(|attached| attached.policy.clone()).collect()
        };
        policies(a) == policies(b)
    };
    match worlds.split_first() {
        Some((first, rest)) if rest.iter().all(|world| same(world, first)) => vec![Permissions {
            when: Vec::new(),
            ..first.clone()
        }],
        _ => worlds,
    }
}

/// The policy resources, by the identity that they name.
struct Attaching<'a> {
    by_identity: BTreeMap<Arc<str>, Vec<&'a Resource>>,
    /// Policies that name identities by a text.
    by_text: Vec<(&'a Resource, String)>,
}

impl<'a> Attaching<'a> {
    fn of(app: &'a Application) -> Self {
        let mut attaching = Self {
            by_identity: BTreeMap::new(),
            by_text: Vec::new(),
        };
        for (kind, property) in ATTACHING {
            for policy in app.of_kind(kind) {
                let properties: &[&str] = match *property {
                    "" => &["Roles", "Users", "Groups"],
                    _ => std::slice::from_ref(property),
                };
                for property in properties {
                    for id in policy.references(property) {
                        let list = attaching.by_identity.entry(id).or_default();
                        if !list.iter().any(|p| p.id == policy.id) {
                            list.push(policy);
                        }
                    }
                    for leaf in policy.at(property) {
                        for item in leaf.value.items() {
                            if let Some(name) = item.as_text() {
                                attaching.by_text.push((policy, name.to_owned()));
                            }
                        }
                    }
                }
            }
        }
        attaching
    }

    fn policies_of(&self, identity: &Resource) -> Vec<&'a Resource> {
        let mut policies = self
            .by_identity
            .get(&identity.id)
            .cloned()
            .unwrap_or_default();
        let name = ["RoleName", "UserName", "GroupName"]
            .iter()
            .find_map(|property| identity.text(property));
        for (policy, text) in &self.by_text {
            if Some(text.as_str()) == name && !policies.iter().any(|p| p.id == policy.id) {
                policies.push(policy);
            }
        }
        policies
    }
}

struct Reader<'a> {
    app: &'a Application,
    shape: &'static Shape,
    resource: &'a Resource,
    policies: Vec<&'a Resource>,
}

impl Reader<'_> {
    fn permissions(
        &self,
        when: Vec<Condition>,
        names: &mut Names<'_>,
        managed: &mut Managed<'_>,
    ) -> Permissions {
        let identity = self.given(&when, names, managed);
        let boundary = (self.resource.properties)
            .get("PermissionsBoundary")
            .and_then(|boundary| self.managed(boundary, &when, names, managed));
        Permissions {
            when,
            identity,
            boundary,
        }
    }

    /// What the resource itself gives.
    fn given(
        &self,
        when: &[Condition],
        names: &mut Names<'_>,
        managed: &mut Managed<'_>,
    ) -> Vec<Attached> {
        let mut identity = Vec::new();
        let properties = &self.resource.properties;
        if let Some(list) = properties.get(self.shape.inline) {
            self.inline(list, when, names, &mut identity);
        }
        if let Some(document) = properties.get(self.shape.document) {
            identity.extend(self.document(document, "inline policy", self.resource, when, names));
        }
        if let Some(list) = properties.get(self.shape.managed) {
            for arn in items(list, when) {
                identity.extend(self.managed(arn, when, names, managed));
            }
        }
        for policy in &self.policies {
            if !exists(when, &policy.exists) {
                continue;
            }
            if let Some(document) = policy.properties.get("PolicyDocument") {
                let name = policy.text("PolicyName").unwrap_or(&policy.id);
                identity.extend(self.document(document, name, policy, when, names));
            }
        }
        identity
    }

    /// `[{PolicyName, PolicyDocument}]`.
    fn inline(
        &self,
        list: &Value,
        when: &[Condition],
        names: &mut Names<'_>,
        into: &mut Vec<Attached>,
    ) {
        for item in items(list, when) {
            let Some(document) = item.get("PolicyDocument") else {
                if let Data::Unknown(reason) = &item.data {
                    into.push(self.not_known(&reason.to_string(), item, names));
                }
                continue;
            };
            let name = item.get("PolicyName").map(Value::display);
            let name = name.unwrap_or_else(|| "inline policy".to_owned());
            into.extend(self.document(document, &name, self.resource, when, names));
        }
        if let Data::List(items) = &list.data
            && let Some(reason) = &items.open
        {
            into.push(self.not_known(&reason.to_string(), list, names));
        }
    }

    fn document(
        &self,
        document: &Value,
        name: &str,
        written_in: &Resource,
        when: &[Condition],
        names: &mut Names<'_>,
    ) -> Option<Attached> {
        Some(Attached {
            policy: Arc::new(document::policy(document, when, names)?),
            name: Arc::from(name),
            written_in: written_in.id.clone(),
            at: document.origin.clone(),
            managed: false,
        })
    }

    /// A policy by its ARN: one of the application, or one that the provider manages.
    fn managed(
        &self,
        arn: &Value,
        when: &[Condition],
        names: &mut Names<'_>,
        managed: &mut Managed<'_>,
    ) -> Option<Attached> {
        let arn = decided(arn, when);
        // Nothing is attached by an empty name.
        if matches!(arn.data, Data::Absent | Data::Null) || arn.as_text() == Some("") {
            return None;
        }
        let declared = arn
            .references()
            .find_map(|(id, _)| self.app.resource(id))
            .filter(|r| &*r.kind == "AWS::IAM::ManagedPolicy");
        if let Some(policy) = declared {
            let document = policy.properties.get("PolicyDocument")?;
            let name = policy.text("ManagedPolicyName").unwrap_or(&policy.id);
            return self.document(document, name, policy, when, names);
        }
        let text = arn.parts().map(|parts| names.text(&parts))?;
        let found = managed.policy(&text, names);
        let shown = names.symbols.show(&text);
        Some(match found {
            Some(policy) => Attached {
                policy,
                name: Arc::from(shown.rsplit('/').next().unwrap_or(&shown)),
                written_in: self.resource.id.clone(),
                at: arn.origin.clone(),
                managed: true,
            },
            None => self.not_known(&format!("`{shown}` is not written here"), arn, names),
        })
    }

    fn not_known(&self, reason: &str, at: &Value, names: &mut Names<'_>) -> Attached {
        Attached {
            policy: Arc::new(document::unknown(reason, &at.origin, names)),
            name: Arc::from(at.display()),
            written_in: self.resource.id.clone(),
            at: at.origin.clone(),
            managed: false,
        }
    }
}

/// What a value is in a world.
fn decided<'a>(value: &'a Value, when: &[Condition]) -> &'a Value {
    match &value.data {
        Data::OneOf(alternatives) => alternatives
            .iter()
            .find(|a| when.contains(&a.when))
            .map_or(value, |a| decided(&a.value, when)),
        _ => value,
    }
}

/// The items of a list in a world, each decided.
fn items<'a>(list: &'a Value, when: &[Condition]) -> Vec<&'a Value> {
    let list = decided(list, when);
    match &list.data {
        Data::Unknown(_) | Data::OneOf(_) | Data::Map(_) => vec![list],
        _ => list
            .items()
            .iter()
            .map(|item| decided(item, when))
            .collect(),
    }
}
