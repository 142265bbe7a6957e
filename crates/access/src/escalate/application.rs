//! Escalation of the identities of an application.

use super::{Escalation, Inventory, Question, Role, Verdict, escalate};
use crate::access::Access;
use crate::identities::{Identity, IdentityKind, Permissions};
use palisade_app::Condition;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How an identity of an application can escalate.
#[derive(Clone, Debug, PartialEq)]
pub struct ApplicationEscalation {
    /// The identity's resource id.
    pub identity: Arc<str>,
    /// When it has these permissions.
    pub when: Vec<Condition>,
    /// With the application's own roles.
    pub here: Escalation,
    /// With any role that the account may have: a weaker statement.
    pub anywhere: Escalation,
}

/// Looks for escalation of every identity, in each world that makes a difference to it.
#[must_use]
pub fn escalations(access: &Access<'_>) -> Vec<ApplicationEscalation> {
    let mut found = Vec::new();
    for identity in &access.identities {
        for world in &identity.worlds {
            // Where any role may exist there can't be less than what the declared ones give.
            let anywhere = anywhere(access, identity, world);
            let here = match anywhere.verdict {
                Verdict::None => anywhere.clone(),
                _ => here(access, identity, world),
            };
            found.push(ApplicationEscalation {
                identity: identity.id.clone(),
                when: world.when.clone(),
                here,
                anywhere,
            });
        }
    }
    found
}

/// How an identity can escalate with the application's own roles.
#[must_use]
pub fn here(access: &Access<'_>, identity: &Identity, world: &Permissions) -> Escalation {
    ask(
        access,
        identity,
        world,
        Some(&inventory(access, &world.when)),
    )
}

/// How an identity can escalate with any role that the account may have.
#[must_use]
pub fn anywhere(access: &Access<'_>, identity: &Identity, world: &Permissions) -> Escalation {
    ask(access, identity, world, None)
}

fn ask(
    access: &Access<'_>,
    identity: &Identity,
    world: &Permissions,
    inventory: Option<&Inventory>,
) -> Escalation {
    // Policies of groups and permission sets belong to whoever is in them.
    let principal = match identity.kind {
        IdentityKind::Role | IdentityKind::User => Some(identity.arn.as_str()),
        IdentityKind::Group | IdentityKind::PermissionSet => None,
    };
    escalate(&Question {
        policies: &access.policies(world, None),
        principal: principal.filter(|arn| arn.starts_with("arn:")),
        inventory,
        catalogue: access.settings.catalogue,
    })
}

/// The application's roles as they are in a world.
fn inventory(access: &Access<'_>, when: &[Condition]) -> Inventory {
    let mut inventory = Inventory::new();
    for role in access
        .identities
        .iter()
        .filter(|identity| identity.kind == IdentityKind::Role)
    {
        let Some(world) = role
            .worlds
            .iter()
            .find(|world| crate::agree(&world.when, when))
        else {
            continue;
        };
        let policies = access.policies(world, None);
        inventory.insert(
            Arc::from(role.arn.as_str()),
            Role {
                trust: access.guard(&role.id, when).unwrap_or_default(),
                identity: policies.identity,
                boundary: policies.boundary,
            },
        );
    }
    inventory
}

impl ApplicationEscalation {
    /// The paths that only lead outside of what the application declares.
    pub fn beyond(&self) -> impl Iterator<Item = &super::EscalationPath> {
        let here: BTreeSet<&str> = self.here.paths.iter().map(|path| path.method).collect();
        (self.anywhere.paths.iter()).filter(move |path| !here.contains(path.method))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Settings;
    use crate::escalate::Verdict;
    use crate::testing::application;

    /// Identity, when, and the methods with the application's roles and with any.
    fn check(template: &str, expected: &[(&str, &str, &[&str], &[&str])]) {
        let app = application(template);
        let settings = Settings::default();
        let access = Access::of(&app, &settings);
        let found = escalations(&access);
        let methods = |found: &Escalation| -> Vec<&str> {
            found.paths.iter().map(|path| path.method).collect()
        };
        let found: Vec<(&str, String, Vec<&str>, Vec<&str>)> = (found.iter())
            .map(|found| {
                let when: Vec<String> = found.when.iter().map(ToString::to_string).collect();
                let (here, anywhere) = (methods(&found.here), methods(&found.anywhere));
                (&*found.identity, when.join(" "), here, anywhere)
            })
            .collect();
        let found: Vec<(&str, &str, &[&str], &[&str])> = (found.iter())
            .map(|(id, when, here, anywhere)| (*id, when.as_str(), &**here, &**anywhere))
            .collect();
        assert_eq!(found, expected);
    }

    const ROLES: &str = "Conditions: {Prod: !Equals [!Ref AWS::Region, x]}
Resources:
  Deploy:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: {Service: codebuild.amazonaws.com}, Action: sts:AssumeRole}}
      Policies:
        - PolicyName: p
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: ['lambda:CreateFunction', 'lambda:InvokeFunction'], Resource: '*'}
              - {Effect: Allow, Action: 'iam:PassRole', Resource: PASSABLE}
              - !If [Prod, {Effect: Deny, Action: 'lambda:CreateFunction', Resource: '*'}, !Ref AWS::NoValue]
  App:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}}
      Policies:
        - PolicyName: p
          PolicyDocument: {Statement: {Effect: Allow, Action: 's3:GetObject', Resource: '*'}}
";

    #[test]
    fn roles_of_the_application_are_its_inventory() {
        let passes = ["lambda-invoke"];
        check(
            &ROLES.replace("PASSABLE", "!GetAtt App.Arn"),
            &[
                ("Deploy", "Prod is true", &[], &[]),
                ("Deploy", "Prod is false", &passes, &passes),
                ("App", "", &[], &[]),
            ],
        );
        check(
            &ROLES.replace(
                "PASSABLE",
                "!Sub 'arn:aws:iam::${AWS::AccountId}:role/other-*'",
            ),
            &[
                ("Deploy", "Prod is true", &[], &[]),
                ("Deploy", "Prod is false", &[], &passes),
                ("App", "", &[], &[]),
            ],
        );
    }

    #[test]
    fn what_is_not_known_is_no_answer() {
        let template = ROLES.replace("PASSABLE", "!ImportValue roles");
        let app =
            application(&template.replace("'lambda:CreateFunction', ", "!FindInMap [A, B, C], "));
        let settings = Settings::default();
        let access = Access::of(&app, &settings);
        let found = escalations(&access);
        let deploy = found.iter().find(|found| &*found.identity == "Deploy");
        let anywhere = &deploy.expect("an identity").anywhere;
        assert_eq!(anywhere.verdict, Verdict::Unknown, "{anywhere:?}");
        assert!(!anywhere.possible[0].reasons.is_empty());
    }
}
