//! What calls the functions: each kind of event as the trigger, route, permission and grant that
//! the framework makes of it.

mod alb;
mod bus;
mod edge;
mod http_api;
mod pool;
mod pull;
mod push;
mod rest;
mod rest_api;
mod websocket;

use crate::build::{Build, Event, Function};
use crate::make::{concat, get, items, json, obj, sub};
use palisade_app::{Reason, ReasonKind, cfn};
use palisade_core::Origin;
use palisade_syntax::Node;

/// Kinds of event that are made for the whole service at once.
const TOGETHER: [&str; 5] = ["http", "httpApi", "websocket", "s3", "cloudFront"];

impl Build {
    /// Makes what all events of the service need.
    pub(crate) fn all_events(&mut self) {
        let functions = self.functions.clone();
        for function in functions.iter() {
            for (i, event) in function.events.iter().enumerate() {
                self.event(function, event, i + 1);
            }
        }
        let of = |kind: &str| -> Vec<(usize, usize)> {
            let mut found = Vec::new();
            for (f, function) in functions.iter().enumerate() {
                for (e, event) in function.events.iter().enumerate() {
                    if &*event.kind == kind && !event.value.is_null() {
                        found.push((f, e));
                    }
                }
            }
            found
        };
        let pick = |kind: &str| -> Vec<(&Function, &Event)> {
            of(kind)
                .into_iter()
                .filter_map(|(f, e)| Some((functions.get(f)?, functions.get(f)?.events.get(e)?)))
                .collect()
        };
        self.rest(&pick("http"));
        self.http_api(&pick("httpApi"));
        self.websocket(&pick("websocket"));
        self.buckets(&pick("s3"));
        self.edge(&pick("cloudFront"));
    }

    fn event(&mut self, function: &Function, event: &Event, nth: usize) {
        let number = |kind: &str| {
            let same = function.events.iter().take(nth);
            same.filter(|event| &*event.kind == kind).count()
        };
        match &*event.kind {
            kind if TOGETHER.contains(&kind) => {}
            "schedule" => self.schedule(function, event, number("schedule")),
            "sns" => self.sns(function, event),
            "sqs" => self.sqs(function, event),
            "stream" => self.stream(function, event),
            "kafka" => self.kafka(function, event, number("kafka")),
            "msk" => self.msk(function, event),
            "activemq" => self.broker(function, event, "ActiveMQ"),
            "rabbitmq" => self.broker(function, event, "RabbitMQ"),
            "alexaSkill" => self.alexa_skill(function, event, number("alexaSkill")),
            "alexaSmartHome" => self.alexa_home(function, event, number("alexaSmartHome")),
            "iot" => self.iot(function, event, number("iot")),
            "iotFleetProvisioning" => self.iot_fleet(function, event),
            "cloudwatchEvent" => {
                self.cloudwatch_event(function, event, number("cloudwatchEvent"));
            }
            "cloudwatchLog" => self.cloudwatch_log(function, event, number("cloudwatchLog")),
            "cognitoUserPool" => self.user_pool(function, event),
            "eventBridge" => self.event_bridge(function, event, nth),
            "alb" => self.alb(function, event),
            kind => {
                let message = format!("events of the kind `{kind}` are not known");
                self.problem(&event.origin, message);
            }
        }
    }
}

/// What an event is about when it may be written as that alone, or under a key.
fn main_of<'e>(event: &'e Event, key: &str) -> &'e Node {
    get(&event.value, key).unwrap_or(&event.value)
}

/// Whether an event says more than one word about itself.
fn has(event: &Event, key: &str) -> bool {
    get(&event.value, key).is_some()
}

/// A tree as the JSON text that the provider takes; unknown where a part of it is.
fn json_text(node: &Node) -> Node {
    if node.as_str().is_some() {
        return node.clone();
    }
    match json(node) {
        Some(text) => Node::string(text, node.origin.clone()),
        None => {
            let reason = Reason::new(
                ReasonKind::Function,
                "a JSON text with parts that are not known",
            );
            cfn::unknown(&reason, &node.origin)
        }
    }
}

/// `ENABLED`, or `DISABLED` when the event says so.
fn state(event: &Event) -> Node {
    match get(&event.value, "enabled") {
        Some(node) if node.scalar_text().as_deref() == Some("false") => {
            Node::string("DISABLED", node.origin.clone())
        }
        _ => Node::string("ENABLED", event.origin.clone()),
    }
}

/// The patterns by which a mapping chooses what it takes.
fn filters(patterns: &Node) -> Node {
    let origin = &patterns.origin;
    let filter = |pattern: &Node| obj!(&pattern.origin; "Pattern" => json_text(pattern));
    let list: Vec<Node> = items(patterns).into_iter().map(filter).collect();
    obj!(origin; "Filters" => list)
}

/// An ARN that begins as all do, with an expression in it.
fn arn(origin: &Origin, begin: &str, middle: Node, end: &str) -> Node {
    let begin = sub(origin, format!("arn:${{AWS::Partition}}:{begin}"));
    concat(
        origin,
        vec![begin, middle, Node::string(end, origin.clone())],
    )
}

/// The address by which a gateway calls a function.
fn invocation(origin: &Origin, target: Node) -> Node {
    let begin = "apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/";
    arn(origin, begin, target, "/invocations")
}

/// The resource that calls of an API stand for.
fn calls_of(origin: &Origin, api: &Node, end: &str) -> Node {
    let begin = "execute-api:${AWS::Region}:${AWS::AccountId}:";
    arn(origin, begin, api.clone(), end)
}
