//! What limits the principal is taken away. What is gained is a request that is allowed afterwards
//! and was not before: without one there is no escalation.
//!
//! Left out: taking a second factor from other users, which gives the caller nothing by itself.

use super::{Family, Gives, Method, On, Sends, call, method};

pub(super) const METHODS: &[Method] = &[
    method(
        "delete-user-boundary",
        "deletes its own permissions boundary",
        Family::Limits,
        &[call(
            "iam:DeleteUserPermissionsBoundary",
            "its user is no longer limited",
        )
        .on(On::Me)],
        Gives::WithoutBoundary,
    ),
    method(
        "delete-role-boundary",
        "deletes the permissions boundary of its own role",
        Family::Limits,
        &[call(
            "iam:DeleteRolePermissionsBoundary",
            "its role is no longer limited",
        )
        .on(On::MyRole)],
        Gives::WithoutBoundary,
    ),
    method(
        "put-user-boundary",
        "replaces its own permissions boundary",
        Family::Limits,
        &[call(
            "iam:PutUserPermissionsBoundary",
            "the new boundary lets everything through",
        )
        .on(On::Me)
        .sends(Sends::WideBoundary)],
        Gives::WithoutBoundary,
    ),
    method(
        "put-role-boundary",
        "replaces the permissions boundary of its own role",
        Family::Limits,
        &[call(
            "iam:PutRolePermissionsBoundary",
            "the new boundary lets everything through",
        )
        .on(On::MyRole)
        .sends(Sends::WideBoundary)],
        Gives::WithoutBoundary,
    ),
    method(
        "rewrite-boundary",
        "writes a new version of the policy that is its boundary",
        Family::Limits,
        &[call(
            "iam:CreatePolicyVersion",
            "the new version lets everything through",
        )],
        Gives::WithoutBoundary,
    ),
    method(
        "detach-user-policy",
        "detaches a policy that denies from itself",
        Family::Limits,
        &[call("iam:DetachUserPolicy", "the denials in the policy are gone").on(On::Me)],
        Gives::WithoutOwnDenials,
    ),
    method(
        "delete-user-policy",
        "deletes an inline policy that denies from its user",
        Family::Limits,
        &[call("iam:DeleteUserPolicy", "the denials in the policy are gone").on(On::Me)],
        Gives::WithoutOwnDenials,
    ),
    method(
        "detach-role-policy",
        "detaches a policy that denies from its role",
        Family::Limits,
        &[call("iam:DetachRolePolicy", "the denials in the policy are gone").on(On::MyRole)],
        Gives::WithoutOwnDenials,
    ),
    method(
        "delete-role-policy",
        "deletes an inline policy that denies from its role",
        Family::Limits,
        &[call("iam:DeleteRolePolicy", "the denials in the policy are gone").on(On::MyRole)],
        Gives::WithoutOwnDenials,
    ),
    method(
        "detach-group-policy",
        "detaches a policy that denies from its group",
        Family::Limits,
        &[call(
            "iam:DetachGroupPolicy",
            "the denials in the policy are gone",
        )],
        Gives::WithoutOwnDenials,
    ),
    method(
        "delete-group-policy",
        "deletes an inline policy that denies from its group",
        Family::Limits,
        &[call(
            "iam:DeleteGroupPolicy",
            "the denials in the policy are gone",
        )],
        Gives::WithoutOwnDenials,
    ),
    method(
        "leave-group",
        "leaves a group whose policies deny",
        Family::Limits,
        &[call(
            "iam:RemoveUserFromGroup",
            "the group's denials are gone",
        )],
        Gives::WithoutOwnDenials,
    ),
    method(
        "detach-organization-policy",
        "detaches a policy of the organisation",
        Family::Limits,
        &[call(
            "organizations:DetachPolicy",
            "the account is no longer limited by it",
        )],
        Gives::WithoutOrganization,
    ),
    method(
        "update-organization-policy",
        "rewrites a policy of the organisation",
        Family::Limits,
        &[call(
            "organizations:UpdatePolicy",
            "the policy then limits nothing",
        )],
        Gives::WithoutOrganization,
    ),
    method(
        "disable-organization-policies",
        "turns the organisation's policies off",
        Family::Limits,
        &[call(
            "organizations:DisablePolicyType",
            "no account is limited any more",
        )],
        Gives::WithoutOrganization,
    ),
    method(
        "move-account",
        "moves the account to another place in the organisation",
        Family::Limits,
        &[call(
            "organizations:MoveAccount",
            "the policies of the former place no longer limit it",
        )],
        Gives::WithoutOrganization,
    ),
    method(
        "leave-organization",
        "takes the account out of the organisation",
        Family::Limits,
        &[call(
            "organizations:LeaveOrganization",
            "no policy of the organisation limits it any more",
        )],
        Gives::WithoutOrganization,
    ),
];
