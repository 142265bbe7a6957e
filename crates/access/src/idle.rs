//! Permissions that nothing in the application uses.

use crate::access::Access;
use crate::identities::IdentityKind;
use palisade_app::{Application, Existence};
use palisade_core::Origin;
use palisade_iam::{Effect, Principal, Statement};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A permission that nothing in the application uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idle {
    /// The resource that it is written in.
    pub resource: Arc<str>,
    /// What it is.
    pub what: IdleKind,
    /// Where it is written.
    pub at: Origin,
}

/// The kinds of permission that nothing uses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdleKind {
    /// A role that only services could act as, and that no resource names.
    Role,
    /// A policy that is attached to nobody.
    Policy,
    /// A principal that was deleted: its id is what is left of it.
    DeletedPrincipal(Arc<str>),
}

/// The permissions of an application that nothing in it uses.
#[must_use]
pub fn idle(access: &Access<'_>) -> Vec<Idle> {
    let mut found = Vec::new();
    let named = named(access.app);
    for identity in &access.identities {
        let Some(resource) = access.app.resource(&identity.id) else {
            continue;
        };
        // Others can know a role by its name or from an output.
        let is_idle = identity.kind == IdentityKind::Role
            && resource.exists != Existence::Never
            && !named.contains(&identity.id)
            && resource.properties.get("RoleName").is_none()
            && only_services(access, &identity.id);
        if is_idle {
            found.push(Idle {
                resource: identity.id.clone(),
                what: IdleKind::Role,
                at: resource.origin.clone(),
            });
        }
    }
    for policy in access.app.of_kind("AWS::IAM::ManagedPolicy") {
        let attached = ["Roles", "Users", "Groups"]
            .iter()
            .any(|list| policy.properties.get(list).is_some());
        let known = policy.properties.get("ManagedPolicyName").is_some();
        if !attached && !known && !named.contains(&policy.id) {
            found.push(Idle {
                resource: policy.id.clone(),
                what: IdleKind::Policy,
                at: policy.origin.clone(),
            });
        }
    }
    for guard in &access.guards {
        let statements = guard
            .worlds
            .iter()
            .flat_map(|(_, policy)| &policy.statements);
        for statement in statements {
            for id in deleted(statement) {
                let one = Idle {
                    resource: guard.written_in.clone(),
                    what: IdleKind::DeletedPrincipal(id),
                    at: statement.origin.clone(),
                };
                if !found.contains(&one) {
                    found.push(one);
                }
            }
        }
    }
    found
}

/// The resources that outputs and other resources name, other than to give them permissions.
fn named(app: &Application) -> BTreeSet<Arc<str>> {
    let mut named = app.given_out.clone();
    for resource in app.resources() {
        // Policies name the roles that they are attached to.
        let attaches = matches!(
            &*resource.kind,
            "AWS::IAM::Policy" | "AWS::IAM::RolePolicy" | "AWS::IAM::ManagedPolicy"
        );
        for entry in resource.properties.entries() {
            if attaches && matches!(&*entry.key, "Roles" | "RoleName") {
                continue;
            }
            entry.value.walk(&mut |value| {
                for (id, _) in value.references() {
                    if *id != resource.id {
                        named.insert(id.clone());
                    }
                }
            });
        }
    }
    named
}

/// Whether only services can act as a role.
fn only_services(access: &Access<'_>, role: &str) -> bool {
    let allows = |guard: &crate::Guard| {
        let policies = guard.worlds.iter().map(|(_, policy)| policy.clone());
        policies.collect::<Vec<_>>()
    };
    let policies: Vec<_> = access.guards_on(role).flat_map(allows).collect();
    let mut statements = policies
        .iter()
        .flat_map(|policy| policy.of_effect(Effect::Allow));
    !policies.is_empty()
        && statements.all(|statement| {
            statement.principals.as_ref().is_some_and(|principals| {
                let service = |who: &Principal| matches!(who, Principal::Service(_));
                !principals.except && principals.items.iter().all(|item| service(&item.who))
            })
        })
}

/// The ids of principals that are no more.
fn deleted(statement: &Statement) -> Vec<Arc<str>> {
    let principals = statement.principals.iter().flat_map(|p| &p.items);
    principals
        .filter_map(|item| match &item.who {
            Principal::Id(id)
                if id.len() > 16 && (id.starts_with("AROA") || id.starts_with("AIDA")) =>
            {
                Some(id.clone())
            }
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;
    use crate::testing::application;

    fn check(template: &str, expected: &[(&str, IdleKind)]) {
        let app = application(template);
        let settings = Settings::default();
        let access = Access::of(&app, &settings);
        let found = idle(&access);
        let found: Vec<(&str, IdleKind)> = found
            .iter()
            .map(|idle| (&*idle.resource, idle.what.clone()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_nothing_uses_is_found() {
        let trust = "AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}}";
        let open = "AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: {AWS: !Ref AWS::AccountId}, Action: 'sts:AssumeRole'}}";
        let document =
            "PolicyDocument: {Statement: {Effect: Allow, Action: 's3:GetObject', Resource: '*'}}";
        check(
            &format!(
                "Resources:
  Used: {{Type: AWS::IAM::Role, Properties: {{{trust}}}}}
  Idle: {{Type: AWS::IAM::Role, Properties: {{{trust}}}}}
  Named: {{Type: AWS::IAM::Role, Properties: {{RoleName: x, {trust}}}}}
  GivenOut: {{Type: AWS::IAM::Role, Properties: {{{trust}}}}}
  ForPeople: {{Type: AWS::IAM::Role, Properties: {{{open}}}}}
  F: {{Type: AWS::Lambda::Function, Properties: {{Role: !GetAtt Used.Arn}}}}
  P: {{Type: AWS::IAM::Policy, Properties: {{PolicyName: p, Roles: [!Ref Idle], {document}}}}}
  M: {{Type: AWS::IAM::ManagedPolicy, Properties: {{{document}}}}}
  Q: {{Type: AWS::SQS::Queue}}
  QP:
    Type: AWS::SQS::QueuePolicy
    Properties: {{Queues: [!Ref Q], PolicyDocument: {{Statement: {{Effect: Allow, Principal: {{AWS: AROAABCDEFGHIJKLMNOPQ}}, Action: 'sqs:*', Resource: '*'}}}}}}
Outputs: {{R: {{Value: !GetAtt GivenOut.Arn}}}}
"
            ),
            &[
                ("Idle", IdleKind::Role),
                ("M", IdleKind::Policy),
                ("QP", IdleKind::DeletedPrincipal(Arc::from("AROAABCDEFGHIJKLMNOPQ"))),
            ],
        );
    }
}
