//! `EventInvokeConfig`: where the results of asynchronous calls go, with the queue or topic that SAM
//! makes for them and the permission to write there.

use super::Ctx;
use super::hash;
use super::make::{conditional, field, given, if_arguments, is_no_value, list, obj, text};
use super::resources::{Res, Source};
use super::role::{self, Role};
use palisade_core::{Origin, ViaKind};
use palisade_syntax::Node;
use std::sync::Arc;

/// Adds the configuration and what it needs.
pub(super) fn make(
    ctx: &mut Ctx<'_>,
    source: &Source,
    config: &Node,
    alias: Option<&(Arc<str>, Node)>,
    role: &mut Role,
    made: &mut Vec<Res>,
) {
    let config = ctx.params.resolve(config);
    let what = format!("EventInvokeConfig of function {}", source.id);
    let step = ViaKind::Transform(Arc::from(what));
    let origin = config.origin.through(step, config.origin.span);
    let id = format!("{}EventInvokeConfig", source.id);
    let main = source.main("AWS::Lambda::EventInvokeConfig", "function");
    let kind = "AWS::Lambda::EventInvokeConfig";
    let mut res = Res::new(id, kind, &origin, main.attributes);
    let mut destinations = obj!(&origin;);
    for name in ["OnSuccess", "OnFailure"] {
        let wanted = given(&config, "DestinationConfig").and_then(|c| field(c, name));
        let Some(wanted) = wanted else { continue };
        let id = format!("{}{name}", res.id);
        if let Some(place) = destination(ctx, source, &res, wanted, &id, role, made) {
            let at = wanted.origin.clone();
            destinations.insert(name, obj!(&at; "Destination" => place));
        }
    }
    if let Some((alias, _)) = alias {
        res.depends_on = Some(list!(&origin; alias));
    }
    res.set("FunctionName", super::make::reference(&origin, &source.id));
    match alias {
        Some((_, name)) => res.set("Qualifier", name),
        None => res.set("Qualifier", "$LATEST"),
    }
    res.set("DestinationConfig", destinations);
    for name in ["MaximumEventAgeInSeconds", "MaximumRetryAttempts"] {
        res.opt(name, config.get(name));
    }
    made.push(res);
}

/// The address of one destination. One that is not given, or only sometimes, is made.
fn destination(
    ctx: &mut Ctx<'_>,
    source: &Source,
    config: &Res,
    wanted: &Node,
    id: &str,
    role: &mut Role,
    made: &mut Vec<Res>,
) -> Option<Node> {
    let what = format!("EventInvokeConfig of function {}", source.id);
    let step = ViaKind::Transform(Arc::from(what));
    let origin = wanted.origin.through(step, wanted.origin.span);
    let kind = text(wanted, "Type").unwrap_or_default();
    if !matches!(kind, "SQS" | "SNS" | "EventBridge" | "Lambda" | "S3Bucket") {
        let message = "a destination needs a `Type` of SQS, SNS, EventBridge, Lambda or S3Bucket";
        ctx.problem(origin.span, message);
        return field(wanted, "Destination").cloned();
    }
    let address = field(wanted, "Destination");
    let sometimes = address.and_then(|address| condition(ctx, address, &config.id, &origin));
    let place = match (address, &sometimes) {
        (Some(address), None) => address.clone(),
        _ => {
            let (suffix, made_kind) = match kind {
                "SQS" => ("Queue", "AWS::SQS::Queue"),
                "SNS" => ("Topic", "AWS::SNS::Topic"),
                _ => {
                    ctx.problem(origin.span, "`Destination` must be given for this type");
                    return None;
                }
            };
            let mut res = Res::new(
                format!("{id}{suffix}"),
                made_kind,
                &origin,
                source.passed_on(),
            );
            let own = text(&source.node, "Condition").map(str::to_owned);
            let when = sometimes.as_ref().map(|(when, _)| when.clone());
            if let Some(condition) = both(ctx, source, own, when, &origin) {
                res.attribute("Condition", condition);
            }
            let arn = if kind == "SQS" {
                res.att("Arn")
            } else {
                res.reference()
            };
            made.push(res);
            match sometimes {
                Some((condition, other)) => conditional(&origin, condition, arn, Some(other)),
                None => arn,
            }
        }
    };
    role.add_inline(match kind {
        "SQS" => role::allow(
            &origin,
            &format!("{id}SQSPolicy"),
            "sqs:SendMessage",
            &place,
        ),
        "SNS" => role::allow(&origin, &format!("{id}SNSPolicy"), "sns:publish", &place),
        "EventBridge" => {
            let name = format!("{id}EventBridgePolicy");
            role::allow(&origin, &name, "events:PutEvents", &place)
        }
        "Lambda" => {
            let name = format!("{id}LambdaPolicy");
            role::allow(&origin, &name, "lambda:InvokeFunction", &place)
        }
        _ => role::allow_bucket(&origin, &format!("{id}S3Policy"), &place),
    });
    Some(place)
}

/// When a destination is given only under a condition: the condition under which it is made, and the
/// one that is given otherwise.
fn condition(
    ctx: &mut Ctx<'_>,
    address: &Node,
    config: &str,
    origin: &Origin,
) -> Option<(String, Node)> {
    let [condition, then, otherwise] = if_arguments(address)?;
    let name = condition.as_str()?;
    match (is_no_value(then), is_no_value(otherwise)) {
        (true, false) => Some((name.to_owned(), otherwise.clone())),
        (false, true) => {
            let not = hash::named_text(&format!("NOT{name}"), config);
            let inner = obj!(origin; "Condition" => name);
            ctx.condition(&not, obj!(origin; "Fn::Not" => list!(origin; inner)));
            Some((not, then.clone()))
        }
        _ => None,
    }
}

/// The condition under which both hold.
fn both(
    ctx: &mut Ctx<'_>,
    source: &Source,
    own: Option<String>,
    when: Option<String>,
    origin: &Origin,
) -> Option<String> {
    let (Some(own), Some(when)) = (&own, &when) else {
        return own.or(when);
    };
    let name = hash::named_text(&format!("{own}AND{when}"), &source.id);
    let first = obj!(origin; "Condition" => own);
    let second = obj!(origin; "Condition" => when);
    ctx.condition(
        &name,
        obj!(origin; "Fn::And" => list!(origin; first, second)),
    );
    Some(name)
}
