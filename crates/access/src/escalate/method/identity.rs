//! Permissions, credentials and roles of IAM and of IAM Identity Center.
//!
//! Left out, because nothing is gained that the caller lacks: `sts:GetFederationToken` and
//! `sts:GetSessionToken` (never more than the user has), devices for one's own second factor
//! (meant for users themselves), keys of one's own user, a new identity provider that no role
//! trusts yet, tokens of identity pools (reading them is what they are for).

use super::{Family, Gives, Method, On, Sends, call, method};

pub(super) const METHODS: &[Method] = &[
    method(
        "create-policy-version",
        "writes a new version of a policy that it has",
        Family::OwnPermissions,
        &[call(
            "iam:CreatePolicyVersion",
            "the new version allows everything and becomes the default at once",
        )],
        Gives::Anything,
    ),
    method(
        "set-default-policy-version",
        "goes back to another version of a policy that it has",
        Family::OwnPermissions,
        &[call(
            "iam:SetDefaultPolicyVersion",
            "an earlier version may allow more",
        )],
        Gives::Anything,
    ),
    method(
        "attach-user-policy",
        "attaches a policy to itself",
        Family::OwnPermissions,
        &[call(
            "iam:AttachUserPolicy",
            "any policy can be attached to its own user",
        )
        .on(On::Me)
        .sends(Sends::StrongPolicy)],
        Gives::Anything,
    ),
    method(
        "attach-made-user-policy",
        "makes a policy and attaches it to itself",
        Family::OwnPermissions,
        &[
            call("iam:CreatePolicy", "the policy allows everything"),
            call(
                "iam:AttachUserPolicy",
                "the policy can be attached to its own user",
            )
            .on(On::Me)
            .sends(Sends::MadePolicy),
        ],
        Gives::Anything,
    ),
    method(
        "attach-group-policy",
        "attaches a policy to a group that it is in",
        Family::OwnPermissions,
        &[call(
            "iam:AttachGroupPolicy",
            "any policy can be attached to its group",
        )
        .sends(Sends::StrongPolicy)],
        Gives::Anything,
    ),
    method(
        "attach-role-policy",
        "attaches a policy to its own role",
        Family::OwnPermissions,
        &[call(
            "iam:AttachRolePolicy",
            "any policy can be attached to its own role",
        )
        .on(On::MyRole)
        .sends(Sends::StrongPolicy)],
        Gives::Anything,
    ),
    method(
        "attach-made-role-policy",
        "makes a policy and attaches it to its own role",
        Family::OwnPermissions,
        &[
            call("iam:CreatePolicy", "the policy allows everything"),
            call(
                "iam:AttachRolePolicy",
                "the policy can be attached to its own role",
            )
            .on(On::MyRole)
            .sends(Sends::MadePolicy),
        ],
        Gives::Anything,
    ),
    method(
        "put-user-policy",
        "writes an inline policy of its own user",
        Family::OwnPermissions,
        &[call("iam:PutUserPolicy", "the inline policy allows everything").on(On::Me)],
        Gives::Anything,
    ),
    method(
        "put-group-policy",
        "writes an inline policy of a group that it is in",
        Family::OwnPermissions,
        &[call(
            "iam:PutGroupPolicy",
            "the inline policy allows everything",
        )],
        Gives::Anything,
    ),
    method(
        "put-role-policy",
        "writes an inline policy of its own role",
        Family::OwnPermissions,
        &[call("iam:PutRolePolicy", "the inline policy allows everything").on(On::MyRole)],
        Gives::Anything,
    ),
    method(
        "add-user-to-group",
        "joins a group",
        Family::OwnPermissions,
        // The permission is about the group alone.
        &[call(
            "iam:AddUserToGroup",
            "its own user gets what the group may do",
        )],
        Gives::Anything,
    ),
    method(
        "create-access-key",
        "makes an access key of another user",
        Family::Credentials,
        &[call("iam:CreateAccessKey", "the new key works as the other user").on(On::OtherUser)],
        Gives::User,
    ),
    method(
        "create-login-profile",
        "gives another user a password",
        Family::Credentials,
        &[call(
            "iam:CreateLoginProfile",
            "the password signs in as the other user",
        )
        .on(On::OtherUser)],
        Gives::User,
    ),
    method(
        "update-login-profile",
        "changes the password of another user",
        Family::Credentials,
        &[call(
            "iam:UpdateLoginProfile",
            "the new password signs in as the other user",
        )
        .on(On::OtherUser)],
        Gives::User,
    ),
    method(
        "create-service-specific-credential",
        "makes a credential of another user for one service",
        Family::Credentials,
        &[call(
            "iam:CreateServiceSpecificCredential",
            "the credential works as the other user in that service",
        )
        .on(On::OtherUser)],
        Gives::User,
    ),
    method(
        "reset-service-specific-credential",
        "resets a credential of another user for one service",
        Family::Credentials,
        &[call(
            "iam:ResetServiceSpecificCredential",
            "the new password works as the other user in that service",
        )
        .on(On::OtherUser)],
        Gives::User,
    ),
    method(
        "upload-ssh-public-key",
        "adds an SSH key to another user",
        Family::Credentials,
        &[call(
            "iam:UploadSSHPublicKey",
            "the key works as the other user in CodeCommit",
        )
        .on(On::OtherUser)],
        Gives::User,
    ),
    method(
        "create-user",
        "makes a user with all permissions",
        Family::Credentials,
        &[
            call("iam:CreateUser", "the new user has no boundary")
                .on(USER)
                .sends(Sends::NoBoundary),
            call("iam:AttachUserPolicy", "any policy can be attached to it")
                .on(USER)
                .sends(Sends::StrongPolicyUnbound),
            call("iam:CreateAccessKey", "the key works as the new user").on(USER),
        ],
        Gives::NewIdentity,
    ),
    method(
        "create-user-inline",
        "makes a user with an inline policy of its choice",
        Family::Credentials,
        &[
            call("iam:CreateUser", "the new user has no boundary")
                .on(USER)
                .sends(Sends::NoBoundary),
            call("iam:PutUserPolicy", "the inline policy allows everything")
                .on(USER)
                .sends(Sends::NoBoundary),
            call("iam:CreateAccessKey", "the key works as the new user").on(USER),
        ],
        Gives::NewIdentity,
    ),
    method(
        "assume-role",
        "assumes a role",
        Family::Roles,
        &[call("sts:AssumeRole", "the role lets the caller in").on(On::Assumable)],
        Gives::Role,
    ),
    method(
        "update-assume-role-policy",
        "rewrites the trust policy of a role and assumes it",
        Family::Roles,
        &[
            call(
                "iam:UpdateAssumeRolePolicy",
                "the trust policy then names the caller",
            )
            .on(On::Role),
            call("sts:AssumeRole", "the role lets the caller in")
                .on(On::Role)
                .sends(Sends::RewrittenTrust),
        ],
        Gives::Role,
    ),
    method(
        "attach-policy-and-assume-role",
        "attaches a policy to a role that it can assume",
        Family::Roles,
        &[
            call(
                "iam:AttachRolePolicy",
                "any policy can be attached to the role",
            )
            .on(On::Assumable)
            .sends(Sends::StrongPolicyUnbound),
            call("sts:AssumeRole", "the role lets the caller in").on(On::Assumable),
        ],
        Gives::NewIdentity,
    ),
    method(
        "put-policy-and-assume-role",
        "writes an inline policy of a role that it can assume",
        Family::Roles,
        &[
            call("iam:PutRolePolicy", "the inline policy allows everything")
                .on(On::Assumable)
                .sends(Sends::NoBoundary),
            call("sts:AssumeRole", "the role lets the caller in").on(On::Assumable),
        ],
        Gives::NewIdentity,
    ),
    method(
        "create-role",
        "makes a role with all permissions and assumes it",
        Family::Roles,
        &[
            call("iam:CreateRole", "its trust policy names the caller")
                .on(NEW_ROLE)
                .sends(Sends::NoBoundary),
            call("iam:AttachRolePolicy", "any policy can be attached to it")
                .on(NEW_ROLE)
                .sends(Sends::StrongPolicyUnbound),
            call("sts:AssumeRole", "the role lets the caller in")
                .on(NEW_ROLE)
                .sends(Sends::RewrittenTrust),
        ],
        Gives::NewIdentity,
    ),
    method(
        "create-role-made-policy",
        "makes a policy and a role that has it, and assumes the role",
        Family::Roles,
        &[
            call("iam:CreatePolicy", "the policy allows everything"),
            call("iam:CreateRole", "its trust policy names the caller")
                .on(NEW_ROLE)
                .sends(Sends::NoBoundary),
            call("iam:AttachRolePolicy", "the policy can be attached to it")
                .on(NEW_ROLE)
                .sends(Sends::MadePolicyUnbound),
            call("sts:AssumeRole", "the role lets the caller in")
                .on(NEW_ROLE)
                .sends(Sends::RewrittenTrust),
        ],
        Gives::NewIdentity,
    ),
    method(
        "create-role-inline",
        "makes a role with an inline policy of its choice and assumes it",
        Family::Roles,
        &[
            call("iam:CreateRole", "its trust policy names the caller")
                .on(NEW_ROLE)
                .sends(Sends::NoBoundary),
            call("iam:PutRolePolicy", "the inline policy allows everything")
                .on(NEW_ROLE)
                .sends(Sends::NoBoundary),
            call("sts:AssumeRole", "the role lets the caller in")
                .on(NEW_ROLE)
                .sends(Sends::RewrittenTrust),
        ],
        Gives::NewIdentity,
    ),
    method(
        "update-saml-provider",
        "replaces the metadata of an identity provider that roles trust",
        Family::Roles,
        &[call(
            "iam:UpdateSAMLProvider",
            "it then signs for anybody, for every role that trusts the provider",
        )],
        Gives::RoleOf("saml"),
    ),
    method(
        "add-openid-client",
        "lets another client of an identity provider in",
        Family::Roles,
        &[call(
            "iam:AddClientIDToOpenIDConnectProvider",
            "tokens for that client are accepted by roles that trust the provider",
        )],
        Gives::RoleOf("oidc"),
    ),
    method(
        "sso-attach-managed-policy",
        "attaches a policy to a permission set",
        Family::OwnPermissions,
        &[
            call(
                "sso:AttachManagedPolicyToPermissionSet",
                "any managed policy can be attached",
            ),
            call(
                "sso:ProvisionPermissionSet",
                "the change reaches the accounts",
            ),
        ],
        Gives::Elsewhere(
            "what everybody with the permission set may do, in every account that has it",
        ),
    ),
    method(
        "sso-put-inline-policy",
        "writes the inline policy of a permission set",
        Family::OwnPermissions,
        &[
            call(
                "sso:PutInlinePolicyToPermissionSet",
                "the inline policy allows everything",
            ),
            call(
                "sso:ProvisionPermissionSet",
                "the change reaches the accounts",
            ),
        ],
        Gives::Elsewhere(
            "what everybody with the permission set may do, in every account that has it",
        ),
    ),
    method(
        "sso-assign-account",
        "assigns a permission set to itself",
        Family::OwnPermissions,
        &[call(
            "sso:CreateAccountAssignment",
            "any user or group can be assigned to any account",
        )],
        Gives::Elsewhere("a permission set in any account of the organisation"),
    ),
    method(
        "identity-center-join-group",
        "joins a group of IAM Identity Center",
        Family::OwnPermissions,
        &[call(
            "identitystore:CreateGroupMembership",
            "the group's permission sets are for its members",
        )],
        Gives::Elsewhere("the permission sets of any group"),
    ),
    method(
        "eks-access-entry",
        "makes itself an administrator of a cluster",
        Family::OwnPermissions,
        &[
            call("eks:CreateAccessEntry", "the entry names the caller"),
            call(
                "eks:AssociateAccessPolicy",
                "the cluster's administrator policy can be associated",
            ),
        ],
        Gives::Elsewhere("everything in a Kubernetes cluster, with the roles of its pods"),
    ),
];

const USER: On = On::Like("arn:{p}:iam::{a}:user/*");
const NEW_ROLE: On = On::Like("arn:{p}:iam::{a}:role/*");
