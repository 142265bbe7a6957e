//! Permissions to a service of the provider that do not say for whom the service may act.

use crate::event_sources::{way_to_function, written};
use crate::outsiders::wide;
use crate::prelude::*;
use crate::strangers::Doors;
use palisade_app::graph::{Effect, Principal};
use palisade_iam::Caller;

pub(crate) static RULE: Rule = Rule {
    id: "confused-deputy-permission",
    title: "a service may act here for any of its customers",
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::Default,
    clauses: &["BPSS-3.6", "BPSS-1.4", "BPSS-2.4"],
    cwe: Some(441),
    aliases: &[
        "CKV_AWS_364",
        "Lambda.1",
        "LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED",
    ],
    since: "0.1.0",
    check: Check::Application(check),
};

const CKV: &[&str] = &["CKV_AWS_364"];
const LAMBDA_1: &[&str] = &["Lambda.1", "LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED"];
const BOTH: &[&str] = &[
    "CKV_AWS_364",
    "Lambda.1",
    "LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED",
];

/// How sure it is that another customer can come in through a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deputy {
    /// Its customers can name resources of other accounts.
    Open,
    /// It is meant to serve its own account, and the provider advises to say so.
    Own,
    /// It invokes nothing outside of its account.
    Closed,
}

/// Service, what people call it, and whether others can come in through it.
const SERVICES: &[(&str, &str, Deputy)] = &[
    ("apigateway", "API Gateway", Deputy::Open),
    ("bedrock", "Bedrock", Deputy::Open),
    ("cloudtrail", "CloudTrail", Deputy::Open),
    ("codecommit", "CodeCommit", Deputy::Own),
    ("cognito-idp", "Cognito", Deputy::Open),
    ("cognito-sync", "Cognito Sync", Deputy::Open),
    ("config", "AWS Config", Deputy::Open),
    ("connect", "Connect", Deputy::Own),
    ("events", "EventBridge", Deputy::Own),
    ("iot", "AWS IoT", Deputy::Open),
    ("iotevents", "AWS IoT Events", Deputy::Own),
    (
        "lambda.alarms.cloudwatch",
        "a CloudWatch alarm",
        Deputy::Open,
    ),
    ("lex", "Lex", Deputy::Open),
    ("lexv2", "Lex", Deputy::Open),
    ("logs", "CloudWatch Logs", Deputy::Own),
    ("s3", "S3", Deputy::Open),
    ("scheduler", "EventBridge Scheduler", Deputy::Own),
    ("secretsmanager", "Secrets Manager", Deputy::Own),
    ("ses", "SES", Deputy::Open),
    ("sns", "SNS", Deputy::Open),
    ("transfer", "Transfer Family", Deputy::Own),
    ("vpc-lattice", "VPC Lattice", Deputy::Own),
];

/// What people call a service, and whether others can come in through it.
fn deputy(service: &str) -> (&str, Deputy) {
    SERVICES
        .iter()
        .find(|(name, ..)| *name == service)
        .map_or((service, Deputy::Closed), |(_, name, deputy)| {
            (*name, *deputy)
        })
}

impl Deputy {
    fn profile(self) -> Profile {
        match self {
            Self::Open | Self::Own => Profile::Default,
            Self::Closed => Profile::All,
        }
    }

    fn severity(self) -> Severity {
        match self {
            Self::Open => Severity::Medium,
            Self::Own | Self::Closed => Severity::Low,
        }
    }
}

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for permission in cx.app.of_kind("AWS::Lambda::Permission") {
        lambda(permission, cx, sink);
    }
    channels(cx, sink);
}

/// The service that a principal names: `s3` for `s3.amazonaws.com`, `logs` for
/// `logs.eu-west-1.amazonaws.com`.
fn service(text: &str) -> Option<&str> {
    let name = text
        .strip_suffix(".amazonaws.com")
        .or_else(|| text.strip_suffix(".amazonaws.com.cn"))
        .or_else(|| text.strip_suffix(".${AWS::URLSuffix}"))?;
    Some(match name {
        "lambda.alarms.cloudwatch" => name,
        _ => name.split('.').next().unwrap_or(name),
    })
}

fn given(permission: &Resource, path: &str) -> Verdict {
    Verdict::of(&permission.at(path), |leaf| match &leaf.value.data {
        Data::Absent | Data::Null => Answer::No,
        _ => Answer::Yes,
    })
}

fn lambda(permission: &Resource, cx: &Context<'_>, sink: &mut Sink<'_>) {
    let principal = permission.at("Principal");
    let Some(text) = principal.first().map(|leaf| leaf.value.display()) else {
        return;
    };
    let mut grants = cx.app.graph().grants_in(&permission.id);
    let Some(grant) = grants.next() else { return };
    let symbols = &cx.access().symbols;
    let at = &grant.principal_at;
    let invoke = &["lambda:InvokeFunction"];
    let witness = Doors::of(cx, grant).held_against_named(cx, |_| true, invoke, at).witness;
    let function = grant
        .targets
        .first()
        .map_or_else(
            || "the function".to_owned(),
            |id| format!("function `{id}`"),
        );
    if text.starts_with("alexa-") && text.ends_with(".amazon.com") {
        sink.finding(permission)
            .property("EventSourceToken")
            .message(format!(
                "every Alexa skill in the world may invoke {function}"
            ))
            .help("set `EventSourceToken` to the id of your skill")
            .in_serverless("give the event the id of your skill: `alexaSkill: amzn1.ask.skill.…`")
            .witness(witness.as_ref(), symbols)
            .judge(given(permission, "EventSourceToken"));
        return;
    }
    let Some(service) = service(&text) else {
        return;
    };
    let account = given(permission, "SourceAccount");
    let source = given(permission, "SourceArn");
    let s3 = service == "s3";
    let (name, deputy) = deputy(service);
    let verdict = source.clone().or(account.clone());
    let nothing = verdict.fails();
    sink.finding(permission)
        .property("SourceArn")
        .aliases(if s3 { BOTH } else { CKV })
        .severity(if s3 {
            Severity::High
        } else {
            deputy.severity()
        })
        .profile(deputy.profile())
        .message(if deputy == Deputy::Open {
            format!("any AWS customer can make {name} invoke {function}: the permission does not say for whom")
        } else {
            format!("{name} may invoke {function} on behalf of anything: the permission names no source")
        })
        .help(if s3 {
            "set `SourceAccount` to your account and `SourceArn` to the bucket's ARN"
        } else {
            "set `SourceArn` to the resource that invokes the function, or `SourceAccount` to your account"
        })
        .at(principal.first().map_or(&permission.origin, |leaf| leaf.at))
        .witness(witness.as_ref(), symbols)
        .judge(verdict);
    if nothing {
        return;
    }
    // A pattern that fits resources of every account says nothing.
    let narrow = Verdict::of(&permission.at("SourceArn"), |leaf| {
        Answer::from(!wide(leaf.value))
    });
    let narrow = narrow.or(account.clone());
    let fits_all = narrow.fails();
    sink.finding(permission)
        .property("SourceArn")
        .item("pattern")
        .aliases(if s3 { LAMBDA_1 } else { &[] })
        .severity(if s3 {
            Severity::High
        } else {
            deputy.severity()
        })
        .profile(deputy.profile())
        .message(format!(
            "`SourceArn` fits resources of every account: {name} may invoke {function} for any of them"
        ))
        .help("write the account into `SourceArn`, or set `SourceAccount` to your account")
        .witness(witness.as_ref(), symbols)
        .judge(narrow);
    if s3 && !fits_all {
        sink.finding(permission)
            .property("SourceAccount")
            .aliases(LAMBDA_1)
            .severity(Severity::Low)
            .profile(Profile::All)
            .message(format!(
                "whoever takes over the bucket's name once it is deleted can invoke {function}: an S3 ARN names no account"
            ))
            .help("set `SourceAccount` to your account beside `SourceArn`")
            .judge(account);
    }
}

/// Services that write to queues, topics, buckets and buses under their own name.
const WRITERS: &[&str] = &["cloudtrail", "config", "events", "s3", "ses", "sns"];

fn is_writer(caller: &Caller) -> bool {
    let writes = |name: &str| WRITERS.contains(&name);
    matches!(caller, Caller::Service(name) if service(name).is_some_and(writes))
}

/// Statements that let a service write to a queue, topic, bucket, bus or stream.
fn channels(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let app = cx.app;
    for grant in &app.graph().grants {
        if grant.effect != Effect::Allow || grant.except {
            continue;
        }
        if grant.principals.contains(&Principal::Anyone) {
            continue;
        }
        let services = grant
            .principals
            .iter()
            .filter_map(|principal| match principal {
                Principal::Service(name) => service(name),
                _ => None,
            });
        let found = services
            .into_iter()
            .filter(|service| WRITERS.contains(service))
            .map(deputy)
            .max_by_key(|(_, deputy)| *deputy == Deputy::Open);
        let Some((name, deputy)) = found else {
            continue;
        };
        let Some(policy) = app.resource(&grant.written_in) else {
            continue;
        };
        for (target, channel) in written(app, grant) {
            let Some(target) = target else { continue };
            let doors = Doors::of(cx, grant);
            let at = &grant.principal_at;
            let held = doors.held_against_named(cx, is_writer, channel.writes, at);
            let way = way_to_function(app, &target.id);
            let fed = way.as_ref().and_then(|way| way.last());
            let place = format!("{} `{}`", channel.word, target.id);
            let mut message = if deputy == Deputy::Open {
                format!("any AWS customer can make {name} write to {place}")
            } else {
                format!("{name} may write to {place} on behalf of anything")
            };
            if let Some(function) = fed {
                message =
                    format!("{message}, and function `{function}` acts on what arrives there");
            }
            sink.finding(policy)
                .property("Condition")
                .item(format!("{} {name}", target.id))
                .at(&grant.principal_at)
                .severity(if fed.is_some() {
                    deputy.severity()
                } else {
                    Severity::Low
                })
                .profile(if fed.is_some() {
                    Profile::Default
                } else {
                    Profile::All
                })
                .message(message)
                .help(
                    "add a `Condition` on `aws:SourceArn` or `aws:SourceAccount` to the statement",
                )
                .witness(held.witness.as_ref(), &cx.access().symbols)
                .judge(held.verdict);
        }
    }
}
