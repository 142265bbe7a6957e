//! Which actions a statement allows on every resource of their kind, although they could be bound
//! to some, and what that means.

use crate::permissions::{Had, Holder, any_arn, has_hole, names_everything};
use crate::prelude::*;
use palisade_access::Access;
use palisade_iam::catalogue::{AccessLevel, Action, Service};
use palisade_iam::{Statement, Truth};
use std::collections::BTreeMap;

/// What an action on every resource means, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Danger {
    /// It gives out credentials of others.
    Credentials,
    /// It changes who may do what.
    Permissions,
    /// It hands a role to a service.
    PassRole,
    /// It reads secrets, or what keys protect.
    Secrets,
    /// It reads data.
    Data,
    /// It changes or deletes.
    Write,
    /// It changes, but what every function does: its logs, traces, network interfaces.
    Usual,
    /// It changes tags.
    Tagging,
    /// It reads settings.
    Read,
    /// It tells what there is.
    List,
}

/// An action that a statement allows on every resource of its kind.
#[derive(Clone, Debug)]
pub(crate) struct Unbound {
    /// `s3:GetObject`.
    pub(crate) action: String,
    /// What it means.
    pub(crate) danger: Danger,
    /// How the provider classes it.
    pub(crate) level: AccessLevel,
    /// A resource that it is allowed on.
    pub(crate) resource: String,
    /// The statement speaks of every resource as such (`*`).
    pub(crate) everything: bool,
    /// Whether it is so, or depends on something that is not known.
    pub(crate) truth: Truth,
    /// An unseen policy may deny it.
    pub(crate) doubtful: bool,
}

/// Actions that return credentials, in lower case.
const CREDENTIALS: &[&str] = &[
    "chime:createapikey",
    "codepipeline:pollforjobs",
    "cognito-identity:getcredentialsforidentity",
    "cognito-identity:getopenidtoken",
    "cognito-identity:getopenidtokenfordeveloperidentity",
    "connect:getfederationtoken",
    "connect:getfederationtokens",
    "ec2:getpassworddata",
    "gamelift:getcomputeauthtoken",
    "gamelift:requestuploadcredentials",
    "iam:createaccesskey",
    "iam:createloginprofile",
    "iam:createservicespecificcredential",
    "iam:resetservicespecificcredential",
    "iam:updateaccesskey",
    "iam:updateloginprofile",
    "lightsail:getinstanceaccessdetails",
    "lightsail:getrelationaldatabasemasteruserpassword",
    "mediapackage:rotatechannelcredentials",
    "mediapackage:rotateingestendpointcredentials",
    "rds-db:connect",
    "redshift:getclustercredentials",
    "redshift:getclustercredentialswithiam",
    "redshift-serverless:getcredentials",
    "sso:getrolecredentials",
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:getfederationtoken",
];

/// Actions that return secrets, in lower case.
const SECRETS: &[&str] = &[
    "kms:decrypt",
    "kms:reencryptfrom",
    "secretsmanager:getsecretvalue",
    "ssm:getparameter",
    "ssm:getparameterhistory",
    "ssm:getparameters",
    "ssm:getparametersbypath",
];

/// Actions that return data, in lower case.
const DATA: &[&str] = &[
    "athena:getqueryresults",
    "codecommit:gitpull",
    "cognito-idp:admingetuser",
    "cognito-idp:listusers",
    "dynamodb:batchgetitem",
    "dynamodb:exporttabletopointintime",
    "dynamodb:getitem",
    "dynamodb:getrecords",
    "dynamodb:partiqlselect",
    "dynamodb:query",
    "dynamodb:scan",
    "ebs:getsnapshotblock",
    "es:eshttpget",
    "es:eshttppost",
    "iot:receive",
    "iot:subscribe",
    "kinesis:getrecords",
    "kinesis:subscribetoshard",
    "logs:filterlogevents",
    "logs:getlogevents",
    "logs:startquery",
    "rds-data:executestatement",
    "rds:copydbclustersnapshot",
    "rds:copydbsnapshot",
    "rds:createdbsnapshot",
    "redshift-data:getstatementresult",
    "s3:getobject",
    "s3:getobjectversion",
    "sqs:receivemessage",
    "timestream:select",
];

/// The reading actions that other tools look for (CKV_AWS_108).
const EXFILTRATION: &[&str] = &[
    "rds:copydbsnapshot",
    "rds:createdbsnapshot",
    "s3:getobject",
    "secretsmanager:getsecretvalue",
    "ssm:getparameter",
    "ssm:getparameters",
    "ssm:getparametersbypath",
];

/// Writing actions that functions are given on every resource as a rule, also by the provider's
/// own policies: prefixes, in lower case.
const USUAL: &[&str] = &[
    "cloudwatch:",
    "ec2:assignprivateipaddresses",
    "ec2:createnetworkinterface",
    "ec2:deletenetworkinterface",
    "ec2:unassignprivateipaddresses",
    "ec2messages:",
    "logs:createlog",
    "logs:putlogevents",
    "logs:putretentionpolicy",
    // Messages to a telephone need it.
    "sns:publish",
    "ssm:putcomplianceitems",
    "ssm:putconfigurepackageresult",
    "ssm:putinventory",
    "ssm:updateinstance",
    "ssmmessages:",
    "xray:put",
];

/// Actions that the provider classes as management of permissions but that let nobody in, in lower
/// case.
const NO_PERMISSION: &[&str] = &[
    "allowvendedlogdeliveryforresource",
    "createnetworkinterfacepermission",
    "deletenetworkinterfacepermission",
    "putbucketownershipcontrols",
    "setstackpolicy",
];

/// The services that stand for all where a statement is about all of them.
pub(crate) const REPRESENTATIVE: &[&str] = &[
    "dynamodb",
    "ecr",
    "iam",
    "kms",
    "lambda",
    "rds",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "sts",
];

fn danger(name: &str, level: AccessLevel) -> Danger {
    let one_of = |list: &[&str]| list.contains(&name);
    if one_of(CREDENTIALS) {
        Danger::Credentials
    } else if name == "iam:passrole" {
        Danger::PassRole
    } else if one_of(SECRETS) {
        Danger::Secrets
    } else if level == AccessLevel::PermissionsManagement
        && !NO_PERMISSION.iter().any(|end| name.ends_with(end))
    {
        Danger::Permissions
    } else if one_of(DATA) {
        Danger::Data
    } else if USUAL.iter().any(|usual| name.starts_with(usual)) {
        Danger::Usual
    } else {
        match level {
            AccessLevel::Write | AccessLevel::PermissionsManagement => Danger::Write,
            AccessLevel::Tagging => Danger::Tagging,
            AccessLevel::Read => Danger::Read,
            AccessLevel::List => Danger::List,
        }
    }
}

/// The actions of a service by their full names, the worst first.
pub(crate) fn by_danger(service: &Service) -> Vec<(String, &Action)> {
    let full = |action: &Action| format!("{}:{}", service.prefix, action.name);
    let mut all: Vec<_> = service.actions.iter().map(|a| (full(a), a)).collect();
    all.sort_by_cached_key(|(name, action)| danger(&name.to_ascii_lowercase(), action.access));
    all
}

/// What a statement allows on every resource of a kind.
pub(crate) fn unbound(cx: &Context<'_>, had: &Had<'_>) -> Vec<Unbound> {
    let statement = had.statement;
    if !has_wildcard(statement) {
        return Vec::new();
    }
    let access = cx.access();
    let mut holder: Option<Holder> = None;
    let mut known = AnyOfKind::new();
    let mut found = Vec::new();
    for (service, action) in actions(access, statement).into_values() {
        if let Some(resource) = any_resource(access, statement, service, action, &mut known) {
            let holder = holder.get_or_insert_with(|| Holder::of(cx, had));
            found.extend(one(statement, service, action, resource, holder));
        }
    }
    found.sort_by_key(|unbound| unbound.danger);
    found
}

/// The actions that read data or secrets and that a statement allows on every resource of a kind.
pub(crate) fn unbound_reads(cx: &Context<'_>, had: &Had<'_>) -> Vec<Unbound> {
    let statement = had.statement;
    if !has_wildcard(statement) {
        return Vec::new();
    }
    let access = cx.access();
    let mut holder: Option<Holder> = None;
    let mut known = AnyOfKind::new();
    let mut found = Vec::new();
    for name in SECRETS.iter().chain(DATA) {
        if statement.matches_action(name) == Truth::No {
            continue;
        }
        let Some((prefix, _)) = name.split_once(':') else {
            continue;
        };
        let service = access.settings.catalogue.service(prefix);
        let action = access.settings.catalogue.action(name);
        if let (Some(service), Some(action)) = (service, action)
            && let Some(resource) = any_resource(access, statement, service, action, &mut known)
        {
            let holder = holder.get_or_insert_with(|| Holder::of(cx, had));
            found.extend(one(statement, service, action, resource, holder));
        }
    }
    found
}

/// An action on any resource, when it is allowed.
fn one(
    statement: &Statement,
    service: &Service,
    action: &Action,
    resource: String,
    holder: &Holder,
) -> Option<Unbound> {
    let name = format!("{}:{}", service.prefix, action.name);
    let truth = holder.allows(statement, &name, &resource);
    (truth != Truth::No).then(|| Unbound {
        danger: danger(&name.to_ascii_lowercase(), action.access),
        action: name,
        level: action.access,
        resource,
        everything: names_everything(statement),
        truth,
        doubtful: holder.doubtful,
    })
}

/// Without a wildcard, it names its resources.
fn has_wildcard(statement: &Statement) -> bool {
    statement.resources.as_ref().is_none_or(|element| {
        element.except
            || element
                .patterns
                .iter()
                .any(|text| text.written.contains('*'))
    })
}

/// The actions of a statement that the catalogue knows, each once, by their names.
fn actions<'a>(
    access: &Access<'a>,
    statement: &Statement,
) -> BTreeMap<String, (&'a Service, &'a Action)> {
    let catalogue = access.settings.catalogue;
    let mut found = BTreeMap::new();
    let full = |service: &Service, action: &Action| format!("{}:{}", service.prefix, action.name);
    let element = &statement.actions;
    let of_all = |service: &&str| {
        let known = catalogue.service(service);
        known.into_iter().flat_map(|service| {
            let named = service.actions.iter().map(move |action| (service, action));
            named.collect::<Vec<_>>()
        })
    };
    let every_service = |text: &str| {
        text.split(':')
            .next()
            .is_some_and(|s| s.contains(['*', '?']))
    };
    if element.except
        || element
            .patterns
            .iter()
            .any(|text| every_service(&text.written))
    {
        for (service, action) in REPRESENTATIVE.iter().flat_map(of_all) {
            let name = full(service, action);
            if statement.matches_action(&name.to_ascii_lowercase()) != Truth::No {
                found.insert(name, (service, action));
            }
        }
    }
    if element.except {
        return found;
    }
    for pattern in element.patterns.iter().filter(|text| !has_hole(text)) {
        let written = &pattern.written;
        if every_service(written) {
            continue;
        }
        if written.contains(['*', '?']) {
            for (service, action) in catalogue.actions_matching(written) {
                found.insert(full(service, action), (service, action));
            }
        } else if let Some((prefix, name)) = written.split_once(':')
            && let Some(service) = catalogue.service(prefix)
            && let Some(action) = service.action(name)
        {
            found.insert(full(service, action), (service, action));
        }
    }
    found
}

/// For each kind of resource that was asked about, by its template: the ARN of any of them, when the
/// statement is about it.
type AnyOfKind<'s> = BTreeMap<&'s str, Option<String>>;

/// A resource of each kind that the action needs, when the statement allows any of that kind; its
/// ARN. Nothing for actions that can't be bound to resources.
pub(crate) fn any_resource<'s>(
    access: &Access<'_>,
    statement: &Statement,
    service: &'s Service,
    action: &Action,
    known: &mut AnyOfKind<'s>,
) -> Option<String> {
    let needed = action.resources.iter().any(|kind| kind.required);
    let kinds = action
        .resources
        .iter()
        .filter(|kind| kind.required || !needed);
    let mut found: Option<String> = None;
    for kind in kinds {
        let template = &*service.resource_type(kind)?.arn;
        let any = known
            .entry(template)
            .or_insert_with(|| any_of(access, statement, template));
        match any {
            // The plainest of several kinds has the shortest name.
            Some(arn) if found.as_ref().is_none_or(|known| arn.len() < known.len()) => {
                found = Some(arn.clone());
            }
            None if needed => return None,
            _ => {}
        }
    }
    found
}

/// The ARN of any resource of a kind, when the statement is about it.
fn any_of(access: &Access<'_>, statement: &Statement, template: &str) -> Option<String> {
    let Some(element) = &statement.resources else {
        return Some(any_arn(access, template, None));
    };
    let none = palisade_iam::Context::default();
    let fits = |arn: &String| statement.matches_resource(arn, &none) != Truth::No;
    if element.except {
        return Some(any_arn(access, template, None)).filter(fits);
    }
    element
        .patterns
        .iter()
        .map(|text| any_arn(access, template, Some(text)))
        .find(fits)
}

/// The ids of other tools for what is unbound.
pub(crate) fn aliases(unbound: &[Unbound]) -> Vec<&'static str> {
    let some = |of: &dyn Fn(&Unbound) -> bool| {
        let mut sure = unbound
            .iter()
            .filter(|u| u.everything && u.truth == Truth::Yes);
        sure.any(of)
    };
    let lower = |u: &Unbound| u.action.to_ascii_lowercase();
    let mut ids = Vec::new();
    if some(&|u| u.danger == Danger::Credentials) {
        ids.extend(["CKV_AWS_107", "CKV_AWS_287"]);
    }
    if some(&|u| EXFILTRATION.contains(&lower(u).as_str())) {
        ids.extend(["CKV_AWS_108", "CKV_AWS_288"]);
    }
    if some(&|u| u.level == AccessLevel::PermissionsManagement) {
        ids.extend(["CKV_AWS_109", "CKV_AWS_289"]);
    }
    if some(&|u| u.level == AccessLevel::Write) {
        ids.extend(["CKV_AWS_111", "CKV_AWS_290"]);
    }
    if some(&|_| true) {
        ids.extend(["CKV_AWS_355", "CKV_AWS_356"]);
    }
    ids
}
