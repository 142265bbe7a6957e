//! Rules on an event bus.

use super::{arn, json_text, state};
use crate::build::{Build, Event, Function};
use crate::make::{IntoNode, concat, get, is_function, list, obj, reference, set};
use crate::names::{normalized, plain};
use palisade_syntax::Node;

impl Build {
    pub(super) fn event_bridge(&mut self, function: &Function, event: &Event, nth: usize) {
        let origin = &event.origin;
        let value = &event.value;
        let end = format!("-rule-{nth}");
        let made = concat(
            origin,
            vec![function.name.clone(), end.as_str().into_node(origin)],
        );
        let name = get(value, "name").cloned().unwrap_or_else(|| made.clone());
        let mut properties = obj!(origin; "Name" => &name, "State" => state(event));
        for (from, to) in [
            ("pattern", "EventPattern"),
            ("schedule", "ScheduleExpression"),
            ("description", "Description"),
        ] {
            set(&mut properties, to, get(value, from).cloned());
        }
        let bus = get(value, "eventBus").filter(|bus| bus.as_str() != Some("default"));
        let bus_name = bus.map(
            |bus| match bus.as_str().and_then(|text| text.split_once('/')) {
                Some((_, name)) => name.into_node(&bus.origin),
                None => bus.clone(),
            },
        );
        if let Some(bus) = bus {
            let new =
                !is_function(bus) && bus.as_str().is_some_and(|text| !text.starts_with("arn"));
            let id = format!(
                "{}EventBridgeEventBus",
                normalized(bus.as_str().unwrap_or_default())
            );
            if new {
                let made = obj!(origin; "Name" => bus);
                self.put_for(function, &id, "AWS::Events::EventBus", origin, made);
            }
            let named = if new {
                Some(reference(origin, &id))
            } else {
                bus_name.clone()
            };
            set(&mut properties, "EventBusName", named);
        }
        let target_id = concat(origin, vec![name.clone(), "-target".into_node(origin)]);
        let mut target = obj!(origin; "Arn" => function.target(origin), "Id" => target_id);
        set(&mut target, "Input", get(value, "input").map(json_text));
        self.target_input(event, &mut target);
        if let Some(queue) = get(value, "deadLetterQueueArn") {
            target.insert("DeadLetterConfig", obj!(&queue.origin; "Arn" => queue));
        }
        if let Some(policy) = get(value, "retryPolicy") {
            let mut made = obj!(&policy.origin;);
            for (from, to) in [
                ("maximumEventAge", "MaximumEventAgeInSeconds"),
                ("maximumRetryAttempts", "MaximumRetryAttempts"),
            ] {
                set(&mut made, to, get(policy, from).cloned());
            }
            target.insert("RetryPolicy", made);
        }
        properties.insert("Targets", list!(origin; target));
        let stub = format!("{}{}", rule_stub(&function.name), end);
        let id = format!("{}EventBridgeRule", plain(&stub));
        self.put_for(function, &id, "AWS::Events::Rule", origin, properties);
        let begin = "events:${AWS::Region}:${AWS::AccountId}:rule/";
        let slash = || "/".into_node(origin);
        let rule = match bus_name {
            Some(bus) => concat(origin, vec![bus, slash(), name]),
            None => name,
        };
        let id = format!("{}EventBridgeLambdaPermission{nth}", function.id);
        let source = arn(origin, begin, rule, "");
        self.permit(function, &id, origin, "events.amazonaws.com", Some(source));
    }
}

/// The letters of a function's name that are known.
fn rule_stub(name: &Node) -> String {
    match crate::make::joined_parts(name) {
        Some(parts) => parts
            .iter()
            .filter_map(Node::scalar_text)
            .map(|t| t.to_string())
            .collect(),
        None => name.scalar_text().unwrap_or_default().to_string(),
    }
}
