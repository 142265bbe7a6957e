//! Rules and schedules that call a function or start a state machine, with the queue for what could not
//! be delivered. A rule calls a function by a permission, everything else by a role.

use super::event::{self, Event, Target};
use super::make::{IntoNode, get_att, list, obj, reference, text, truthy};
use super::resources::Res;
use super::role;
use super::{Ctx, Result};
use palisade_core::Origin;
use palisade_syntax::Node;

/// `Schedule`, `CloudWatchEvent` and `EventBridgeRule`. A state machine gives the boundary that the
/// role for starting it has, if any.
pub(super) fn rule(
    ctx: &mut Ctx<'_>,
    event: &Event<'_>,
    target: &Target,
    machine: Option<Option<&Node>>,
) -> Result<Vec<Res>> {
    let origin = &event.origin;
    let timed = event.kind == "Schedule";
    let new = |id: String, kind| Res::new(id, kind, origin, target.attributes.clone());
    let mut rule = new(event.id.clone(), "AWS::Events::Rule");
    if timed {
        rule.set("ScheduleExpression", event.required("Schedule")?);
        rule.opt("Name", event.prop("Name"));
        rule.opt("Description", event.prop("Description"));
    } else {
        rule.opt("EventBusName", event.prop("EventBusName"));
        rule.opt("EventPattern", event.prop("Pattern"));
        rule.opt("Name", event.prop("RuleName"));
    }
    rule.opt("State", event.given("State"));
    if let Some(enabled) = event.prop("Enabled") {
        let state = if truthy(enabled) {
            "ENABLED"
        } else {
            "DISABLED"
        };
        if event.given("State").is_some() {
            let problem = event.problem("Enabled", "cannot be given beside `State`");
            ctx.problems.push(problem);
        }
        rule.set("State", state.into_node(&enabled.origin));
    }
    let mut made = Vec::new();
    let rule_arn = rule.att("Arn");
    let queue = dead_letters(ctx, event, target, Some(&rule_arn), &mut made);
    let role_arn = match machine {
        None => None,
        Some(boundary) => match event.prop("RoleArn").filter(|_| timed) {
            Some(arn) => Some(arn.clone()),
            None => {
                let role = start_role(event, target, "events.amazonaws.com", boundary);
                let arn = role.att("Arn");
                made.push(role);
                Some(arn)
            }
        },
    };
    let suffix = if machine.is_some() {
        "StepFunctionsTarget"
    } else {
        "LambdaTarget"
    };
    let chosen = event
        .given("Target")
        .filter(|_| !timed || machine.is_some());
    let mut goal = obj!(origin; "Arn" => target.arn(origin));
    match chosen.and_then(|goal| goal.get("Id")) {
        Some(id) => goal.insert("Id", id.clone()),
        None => goal.insert("Id", event::target_id(&event.id, suffix).into_node(origin)),
    }
    if let Some(arn) = role_arn {
        goal.insert("RoleArn", arn);
    }
    let more: &[&str] = if timed {
        &["Input"]
    } else {
        &["Input", "InputPath", "InputTransformer"]
    };
    finish_target(event, &mut goal, more, queue);
    rule.set("Targets", list!(origin; goal));
    if machine.is_none() {
        let id = format!("{}Permission", event.id);
        let mut permission = event::permission(id, event, target, "events.amazonaws.com");
        permission.set("SourceArn", rule_arn);
        made.push(permission);
    }
    made.insert(0, rule);
    Ok(made)
}

fn finish_target(event: &Event<'_>, goal: &mut Node, more: &[&str], queue: Option<Node>) {
    for name in more {
        if let Some(value) = event.prop(name) {
            goal.insert(*name, value.clone());
        }
    }
    if let Some(queue) = queue {
        goal.insert("DeadLetterConfig", obj!(&event.origin; "Arn" => queue));
    }
    if let Some(policy) = event.prop("RetryPolicy") {
        goal.insert("RetryPolicy", policy.clone());
    }
}

/// The queue for what could not be delivered: the given one, or one that SAM makes. Of a rule it also
/// makes the policy that lets the rule write there.
fn dead_letters(
    ctx: &mut Ctx<'_>,
    event: &Event<'_>,
    target: &Target,
    rule: Option<&Node>,
    made: &mut Vec<Res>,
) -> Option<Node> {
    let config = event.prop("DeadLetterConfig")?;
    let arn = config.get("Arn");
    let wrong = match (arn, config.get("Type")) {
        (Some(_), Some(_)) => Some("takes an `Arn` or a `Type`, not both"),
        (None, None) => Some("needs an `Arn` or a `Type`"),
        (None, Some(kind)) if kind.as_str() != Some("SQS") => Some("has no other `Type` than SQS"),
        _ => None,
    };
    if let Some(wrong) = wrong {
        let problem = event.problem("DeadLetterConfig", wrong);
        ctx.problems.push(problem);
    }
    if let Some(arn) = arn.filter(|arn| !arn.is_null()) {
        return Some(arn.clone());
    }
    let origin = &event.origin;
    let id = text(config, "QueueLogicalId").map(str::to_owned);
    let id = id.unwrap_or_else(|| format!("{}Queue", event.id));
    let queue = Res::new(id, "AWS::SQS::Queue", origin, target.attributes.clone());
    let arn = queue.att("Arn");
    let url = queue.reference();
    made.push(queue);
    if let Some(rule) = rule {
        let kind = "AWS::SQS::QueuePolicy";
        let id = format!("{}QueuePolicy", event.id);
        let mut policy = Res::new(id, kind, origin, target.attributes.clone());
        let principal = obj!(origin; "Service" => "events.amazonaws.com");
        policy.set("PolicyDocument", send_policy(origin, principal, &arn, rule));
        policy.set("Queues", list!(origin; url));
        made.push(policy);
    }
    Some(arn)
}

/// A queue's policy that lets one source send messages.
pub(super) fn send_policy(
    origin: &Origin,
    principal: impl IntoNode,
    queue: &Node,
    source: &Node,
) -> Node {
    let condition = obj!(origin; "ArnEquals" => obj!(origin; "aws:SourceArn" => source));
    obj!(origin;
        "Version" => "2012-10-17",
        "Statement" => list!(origin; obj!(origin;
            "Action" => "sqs:SendMessage",
            "Effect" => "Allow",
            "Principal" => principal,
            "Resource" => queue,
            "Condition" => condition,
        )),
    )
}

/// The role with which a service starts a state machine.
pub(super) fn start_role(
    event: &Event<'_>,
    target: &Target,
    service: &str,
    boundary: Option<&Node>,
) -> Res {
    let origin = &event.origin;
    let id = format!("{}Role", event.id);
    let name = format!("{id}StartExecutionPolicy");
    let mut role = Res::new(id, "AWS::IAM::Role", origin, target.attributes.clone());
    role.set("AssumeRolePolicyDocument", role::trust(origin, service));
    let policy = role::allow(origin, &name, "states:StartExecution", target.arn(origin));
    role.set("Policies", list!(origin; policy));
    role.opt("PermissionsBoundary", boundary);
    role
}

/// `ScheduleV2`: a schedule of EventBridge Scheduler.
pub(super) fn scheduler(
    ctx: &mut Ctx<'_>,
    event: &Event<'_>,
    target: &Target,
    machine: bool,
) -> Result<Vec<Res>> {
    let origin = &event.origin;
    let new = |id: String, kind| Res::new(id, kind, origin, target.attributes.clone());
    let mut schedule = new(event.id.clone(), "AWS::Scheduler::Schedule");
    schedule.set("ScheduleExpression", event.required("ScheduleExpression")?);
    schedule.opt("State", event.given("State"));
    match (event.given("OmitName"), event.given("Name")) {
        (Some(_), Some(_)) => {
            let problem = event.problem("Name", "cannot be given when `OmitName` is true");
            ctx.problems.push(problem);
        }
        (Some(_), None) => {}
        (None, Some(name)) => schedule.set("Name", name),
        (None, None) => schedule.set("Name", &event.id),
    }
    match event.given("FlexibleTimeWindow") {
        Some(window) => schedule.set("FlexibleTimeWindow", window),
        None => schedule.set("FlexibleTimeWindow", obj!(origin; "Mode" => "OFF")),
    }
    for name in [
        "Description",
        "StartDate",
        "EndDate",
        "ScheduleExpressionTimezone",
        "GroupName",
        "KmsKeyArn",
    ] {
        schedule.opt(name, event.prop(name));
    }
    let mut made = Vec::new();
    let queue = dead_letters(ctx, event, target, None, &mut made);
    let role_arn = match event.given("RoleArn") {
        Some(arn) => arn.clone(),
        None => {
            let id = format!("{}Role", event.id);
            let mut role = new(id, "AWS::IAM::Role");
            role.set(
                "AssumeRolePolicyDocument",
                role::trust(origin, "scheduler.amazonaws.com"),
            );
            let (suffix, action) = if machine {
                ("StartExecutionPolicy", "states:StartExecution")
            } else {
                ("LambdaPolicy", "lambda:InvokeFunction")
            };
            let name = format!("{}{suffix}", event.id);
            let mut policies = vec![role::allow(origin, &name, action, target.arn(origin))];
            if let Some(queue) = &queue {
                let name = format!("{}SQSPolicy", event.id);
                policies.push(role::allow(origin, &name, "sqs:SendMessage", queue));
            }
            role.set("Policies", policies);
            role.opt("PermissionsBoundary", event.given("PermissionsBoundary"));
            let arn = get_att(origin, &role.id, "Arn");
            made.push(role);
            arn
        }
    };
    let mut goal = obj!(origin; "Arn" => target.arn(origin), "RoleArn" => role_arn);
    finish_target(event, &mut goal, &["Input"], queue);
    schedule.set("Target", goal);
    made.insert(0, schedule);
    Ok(made)
}

/// `{"Ref": id}` where an id is known.
pub(super) fn account(origin: &Origin) -> Node {
    reference(origin, "AWS::AccountId")
}
