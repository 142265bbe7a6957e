//! Event sources that call the function themselves: rules, buckets, topics, user pools, log groups and
//! devices. Each needs a permission, and some change the resource that they come from.

use super::event::{self, Event, Target};
use super::hash::canonical;
use super::make::{
    IntoNode, conditional, get_att, given, list, list_under, logical_id, map_under, obj, reference,
    sub, sub_with, tag_list, text, truthy,
};
use super::pull;
use super::resources::Res;
use super::role::Role;
use super::schedule::{self, send_policy};
use super::{Ctx, Result, SamProblem};
use palisade_syntax::{Data, Node};

/// Makes what an event of these kinds deploys.
pub(super) fn make(
    ctx: &mut Ctx<'_>,
    event: &Event<'_>,
    target: &Target,
    role: &mut Role,
) -> Result<Vec<Res>> {
    match event.kind {
        "Schedule" | "CloudWatchEvent" | "EventBridgeRule" => {
            schedule::rule(ctx, event, target, None)
        }
        "S3" => bucket(ctx, event, target),
        "SNS" => topic(ctx, event, target, role),
        "AlexaSkill" => {
            let id = format!("{}Permission", event.id);
            let mut res = event::permission(id, event, target, "alexa-appkit.amazon.com");
            res.opt("EventSourceToken", event.prop("SkillId"));
            Ok(vec![res])
        }
        "IoTRule" => device(ctx, event, target),
        "Cognito" => user_pool(ctx, event, target),
        "CloudWatchLogs" => logs(ctx, event, target),
        kind => Err(SamProblem {
            span: event.span(),
            message: format!("`{kind}` is not an event that SAM knows"),
        }),
    }
}

/// The resource of this template that a property refers to.
fn referred<'a>(ctx: &Ctx<'_>, event: &Event<'a>, property: &str) -> Result<&'a str> {
    let id = event.required(property)?.get("Ref").and_then(Node::as_str);
    id.filter(|id| ctx.resources.get(id).is_some())
        .ok_or_else(|| event.problem(property, "must be a `Ref` to a resource of this template"))
}

/// Items of a list, or the one item in its place.
fn texts(node: &Node) -> &[Node] {
    node.as_seq().unwrap_or(std::slice::from_ref(node))
}

fn bucket(ctx: &mut Ctx<'_>, event: &Event<'_>, target: &Target) -> Result<Vec<Res>> {
    let id = referred(ctx, event, "Bucket")?;
    let triggers = event.required("Events")?;
    let origin = &event.origin;
    let permission_id = format!("{}Permission", event.id);
    let mut permission = event::permission(permission_id, event, target, "s3.amazonaws.com");
    permission.set("SourceAccount", schedule::account(origin));
    let Some(bucket) = ctx.resources.get_mut(id) else {
        return Ok(vec![permission]);
    };
    let wrong = |what: &str| event.problem("Bucket", &format!("names a bucket {what}"));
    if let Some(condition) = permission.condition() {
        let key = format!("sam:ConditionalDependsOn:{}", permission.id);
        let none = "no dependency".into_node(origin);
        let value = conditional(origin, condition, permission.reference(), Some(none));
        let tag = tag_list(origin, Some(&obj!(origin; key => value)));
        let properties = map_under(bucket, "Properties", origin)
            .ok_or_else(|| wrong("whose properties are not a map"))?;
        list_under(properties, "Tags", origin)
            .ok_or_else(|| wrong("whose tags are not a list"))?
            .extend(tag);
    } else if let Some(list) = list_under(bucket, "DependsOn", origin) {
        push_once(
            &mut ctx.seen,
            format!("DependsOn {id}"),
            list,
            (&permission.id).into_node(origin),
        );
    }
    let properties = map_under(bucket, "Properties", origin)
        .ok_or_else(|| wrong("whose properties are not a map"))?;
    let configuration = map_under(properties, "NotificationConfiguration", origin)
        .ok_or_else(|| wrong("whose notifications are not a map"))?;
    let functions = list_under(configuration, "LambdaConfigurations", origin)
        .ok_or_else(|| wrong("whose notifications are not a list"))?;
    for trigger in texts(triggers) {
        let mut mapping = obj!(origin; "Function" => target.arn(origin));
        if let Some(filter) = event.prop("Filter") {
            mapping.insert("Filter", filter.clone());
        }
        mapping.insert("Event", trigger.clone());
        if let Some(condition) = target.condition() {
            mapping = conditional(origin, condition, mapping, None);
        }
        push_once(
            &mut ctx.seen,
            format!("Notifications {id}"),
            functions,
            mapping,
        );
    }
    Ok(vec![permission])
}

/// What each list holds, so that an item goes in once without a look at all others.
pub(super) type Seen = std::collections::BTreeMap<String, std::collections::BTreeSet<String>>;

/// Adds an item to a list that does not have its like.
pub(super) fn push_once(seen: &mut Seen, name: String, list: &mut Vec<Node>, item: Node) {
    let known = seen
        .entry(name)
        .or_insert_with(|| list.iter().map(canonical).collect());
    if known.insert(canonical(&item)) {
        list.push(item);
    }
}

fn topic(
    ctx: &mut Ctx<'_>,
    event: &Event<'_>,
    target: &Target,
    role: &mut Role,
) -> Result<Vec<Res>> {
    let topic = event.required("Topic")?;
    let origin = &event.origin;
    let new = |id: String, kind| Res::new(id, kind, origin, target.attributes.clone());
    let mut subscription = new(event.id.clone(), "AWS::SNS::Subscription");
    subscription.set("TopicArn", topic);
    for name in [
        "Region",
        "FilterPolicy",
        "FilterPolicyScope",
        "RedrivePolicy",
    ] {
        subscription.opt(name, event.prop(name));
    }
    let Some(through) = event.given("SqsSubscription") else {
        subscription.set("Protocol", "lambda");
        subscription.set("Endpoint", target.arn(origin));
        let id = format!("{}Permission", event.id);
        let mut permission = event::permission(id, event, target, "sns.amazonaws.com");
        permission.set("SourceArn", topic);
        return Ok(vec![permission, subscription]);
    };
    let mut made = Vec::new();
    let (arn, url) = if through.data == Data::Bool(true) {
        let mut queue = new(format!("{}Queue", event.id), "AWS::SQS::Queue");
        let fifo = logical_id(topic)
            .and_then(|id| ctx.resources.get(id)?.get("Properties")?.get("FifoTopic"))
            .map(|fifo| ctx.params.resolve(fifo));
        queue.opt("FifoQueue", fifo.as_ref().filter(|fifo| truthy(fifo)));
        let names = (queue.att("Arn"), queue.reference());
        made.push(queue);
        names
    } else {
        let read = |name: &str| {
            given(through, name)
                .cloned()
                .ok_or_else(|| event.problem("SqsSubscription", "needs `QueueArn` and `QueueUrl`"))
        };
        (read("QueueArn")?, read("QueueUrl")?)
    };
    let id = text(through, "QueuePolicyLogicalId").map(str::to_owned);
    let id = id.unwrap_or_else(|| format!("{}QueuePolicy", event.id));
    let mut policy = new(id, "AWS::SQS::QueuePolicy");
    policy.set("PolicyDocument", send_policy(origin, "*", &arn, topic));
    policy.set("Queues", list!(origin; url));
    subscription.set("Protocol", "sqs");
    subscription.set("Endpoint", &arn);
    let id = format!("{}EventSourceMapping", event.id);
    let mut mapping = pull::mapping(event, target, id, Some(&arn));
    match given(through, "BatchSize") {
        Some(size) => mapping.set("BatchSize", size),
        None => mapping.set("BatchSize", 10),
    }
    mapping.set("Enabled", true);
    role.add_managed(
        ctx.managed_arn("service-role/AWSLambdaSQSQueueExecutionRole"),
        origin,
    );
    made.extend([mapping, policy, subscription]);
    Ok(made)
}

fn device(ctx: &Ctx<'_>, event: &Event<'_>, target: &Target) -> Result<Vec<Res>> {
    let sql = event.required("Sql")?;
    let origin = &event.origin;
    let id = format!("{}Permission", event.id);
    let mut permission = event::permission(id, event, target, "iot.amazonaws.com");
    let place = "iot:${AWS::Region}:${AWS::AccountId}:rule/${RuleName}";
    let arn = format!("arn:{}:{place}", ctx.partition());
    let variables = obj!(origin; "RuleName" => reference(origin, &event.id));
    permission.set("SourceArn", sub_with(origin, arn, variables));
    permission.set("SourceAccount", sub(origin, "${AWS::AccountId}"));
    let kind = "AWS::IoT::TopicRule";
    let mut rule = Res::new(event.id.as_str(), kind, origin, target.attributes.clone());
    let call = obj!(origin; "Lambda" => obj!(origin; "FunctionArn" => target.arn(origin)));
    let mut payload = obj!(origin;
        "Sql" => sql,
        "RuleDisabled" => false,
        "Actions" => list!(origin; call),
    );
    if let Some(version) = event.given("AwsIotSqlVersion") {
        payload.insert("AwsIotSqlVersion", version.clone());
    }
    rule.set("TopicRulePayload", payload);
    Ok(vec![permission, rule])
}

fn user_pool(ctx: &mut Ctx<'_>, event: &Event<'_>, target: &Target) -> Result<Vec<Res>> {
    let id = referred(ctx, event, "UserPool")?;
    let triggers = event.required("Trigger")?;
    let origin = &event.origin;
    let permission_id = format!("{}CognitoPermission", target.id);
    let principal = "cognito-idp.amazonaws.com";
    let mut permission = event::permission(permission_id, event, target, principal);
    permission.set("SourceArn", get_att(origin, id, "Arn"));
    let pool = ctx.resources.get_mut(id);
    let properties = pool.and_then(|pool| map_under(pool, "Properties", origin));
    let config = properties
        .and_then(|properties| map_under(properties, "LambdaConfig", origin))
        .ok_or_else(|| event.problem("UserPool", "names a pool whose triggers are not a map"))?;
    let mut twice = None;
    for trigger in texts(triggers) {
        match trigger.as_str() {
            Some(name) if config.get(name).is_none() => config.insert(name, target.arn(origin)),
            Some(_) => twice = Some(event.problem("Trigger", "is set more than once")),
            None => twice = Some(event.problem("Trigger", "must be a name or a list of names")),
        }
    }
    ctx.problems.extend(twice);
    Ok(vec![permission])
}

fn logs(ctx: &Ctx<'_>, event: &Event<'_>, target: &Target) -> Result<Vec<Res>> {
    let group = event.required("LogGroupName")?;
    let pattern = event.required("FilterPattern")?;
    let origin = &event.origin;
    let id = format!("{}Permission", event.id);
    let mut permission = event::permission(id, event, target, "logs.amazonaws.com");
    let place = "logs:${AWS::Region}:${AWS::AccountId}:log-group:${__LogGroupName__}:*";
    let arn = format!("arn:{}:{place}", ctx.partition());
    let variables = obj!(origin; "__LogGroupName__" => group);
    permission.set("SourceArn", sub_with(origin, arn, variables));
    let kind = "AWS::Logs::SubscriptionFilter";
    let mut filter = Res::new(event.id.as_str(), kind, origin, target.attributes.clone());
    filter.depends_on = Some(list!(origin; &permission.id));
    filter.set("LogGroupName", group);
    filter.set("FilterPattern", pattern);
    filter.set("DestinationArn", target.arn(origin));
    Ok(vec![permission, filter])
}
