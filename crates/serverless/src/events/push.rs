//! Events that are sent to a function: topics, buckets, clocks, rules, logs, devices, voices.

use super::{arn, json_text, main_of, state};
use crate::build::{Build, Event, Function};
use crate::make::{IntoNode, at, get, is_function, items, list, obj, reference, set, sub, text};
use crate::names::{of_arn, plain, upper_first};
use palisade_syntax::Node;
use std::collections::BTreeMap;

impl Build {
    pub(super) fn schedule(&mut self, function: &Function, event: &Event, nth: usize) {
        let origin = &event.origin;
        let rates = items(main_of(event, "rate"));
        // Every rate counts, also those of the schedules in front of this one.
        let before: usize = function
            .events("schedule")
            .take(nth.saturating_sub(1))
            .map(|earlier| items(main_of(earlier, "rate")).len())
            .sum();
        let scheduler = text(&event.value, "method") == Some("scheduler");
        for (i, rate) in rates.into_iter().enumerate() {
            let number = before + i + 1;
            let mut target = obj!(origin; "Arn" => function.target(origin));
            set(
                &mut target,
                "Input",
                get(&event.value, "input").map(json_text),
            );
            let mut properties =
                obj!(origin; "ScheduleExpression" => rate, "State" => state(event));
            for (from, to) in [("name", "Name"), ("description", "Description")] {
                set(&mut properties, to, get(&event.value, from).cloned());
            }
            if scheduler {
                let role = self
                    .properties(&function.lambda)
                    .and_then(|p| p.get("Role").cloned());
                set(&mut target, "RoleArn", role);
                properties.insert("Target", target);
                properties.insert("FlexibleTimeWindow", obj!(origin; "Mode" => "OFF"));
                let zone = get(&event.value, "timezone").cloned();
                set(&mut properties, "ScheduleExpressionTimezone", zone);
                let id = format!("{}SchedulerSchedule{number}", function.id);
                self.put_for(
                    function,
                    &id,
                    "AWS::Scheduler::Schedule",
                    origin,
                    properties,
                );
                continue;
            }
            self.target_input(event, &mut target);
            target.insert("Id", format!("{}Schedule", function.key).into_node(origin));
            properties.insert("Targets", list!(origin; target));
            let id = format!("{}EventsRuleSchedule{number}", function.id);
            self.put_for(function, &id, "AWS::Events::Rule", origin, properties);
            let source = crate::make::arn_of(origin, &id);
            let id = format!("{}LambdaPermissionEventsRuleSchedule{number}", function.id);
            self.permit(function, &id, origin, "events.amazonaws.com", Some(source));
        }
        if scheduler {
            let begin = "lambda:${AWS::Region}:${AWS::AccountId}:function:";
            let name = || function.name.clone();
            let both =
                list!(origin; arn(origin, begin, name(), ""), arn(origin, begin, name(), ":*"));
            self.grant(function, origin, &["lambda:InvokeFunction"], both);
            self.let_assume(function, "scheduler.amazonaws.com");
        }
    }

    /// Lets a service assume the role of a function.
    pub(super) fn let_assume(&mut self, function: &Function, service: &'static str) {
        if let Some(role) = function.role.and_then(|at| self.roles.get_mut(at))
            && !role.services.contains(&service)
        {
            role.services.push(service);
        }
    }

    /// What a rule hands to its target instead of the event.
    pub(super) fn target_input(&self, event: &Event, target: &mut Node) {
        set(target, "InputPath", get(&event.value, "inputPath").cloned());
        if let Some(transformer) = get(&event.value, "inputTransformer") {
            let mut made = obj!(&transformer.origin;);
            for (from, to) in [
                ("inputPathsMap", "InputPathsMap"),
                ("inputTemplate", "InputTemplate"),
            ] {
                set(&mut made, to, get(transformer, from).cloned());
            }
            target.insert("InputTransformer", made);
        }
    }

    pub(super) fn cloudwatch_event(&mut self, function: &Function, event: &Event, nth: usize) {
        let origin = &event.origin;
        let mut target = obj!(origin;
            "Arn" => function.target(origin),
            "Id" => format!("{}CloudWatchEvent", function.key),
        );
        set(
            &mut target,
            "Input",
            get(&event.value, "input").map(json_text),
        );
        self.target_input(event, &mut target);
        let mut properties = obj!(origin; "State" => state(event));
        for (from, to) in [
            ("event", "EventPattern"),
            ("name", "Name"),
            ("description", "Description"),
        ] {
            set(&mut properties, to, get(&event.value, from).cloned());
        }
        properties.insert("Targets", list!(origin; target));
        let id = format!("{}EventsRuleCloudWatchEvent{nth}", function.id);
        self.put_for(function, &id, "AWS::Events::Rule", origin, properties);
        let source = crate::make::arn_of(origin, &id);
        let id = format!(
            "{}LambdaPermissionEventsRuleCloudWatchEvent{nth}",
            function.id
        );
        self.permit(function, &id, origin, "events.amazonaws.com", Some(source));
    }

    pub(super) fn cloudwatch_log(&mut self, function: &Function, event: &Event, nth: usize) {
        let origin = &event.origin;
        let group = main_of(event, "logGroup").clone();
        let filter = get(&event.value, "filter").cloned();
        let properties = obj!(origin;
            "LogGroupName" => &group,
            "FilterPattern" => filter.unwrap_or_else(|| "".into_node(origin)),
            "DestinationArn" => function.target(origin),
        );
        let id = format!("{}LogsSubscriptionFilterCloudWatchLog{nth}", function.id);
        self.put_for(
            function,
            &id,
            "AWS::Logs::SubscriptionFilter",
            origin,
            properties,
        );
        let begin = "logs:${AWS::Region}:${AWS::AccountId}:log-group:";
        let source = arn(origin, begin, group, ":*");
        let id = format!(
            "{}LambdaPermissionLogsSubscriptionFilterCloudWatchLog",
            function.id
        );
        // The framework puts one permission for all; each of ours names its own group.
        let id = if nth > 1 { format!("{id}{nth}") } else { id };
        let service = sub(origin, "logs.${AWS::Region}.${AWS::URLSuffix}");
        let permission = obj!(origin;
            "FunctionName" => function.target(origin),
            "Action" => "lambda:InvokeFunction",
            "Principal" => service,
            "SourceArn" => source,
        );
        self.put_for(function, &id, "AWS::Lambda::Permission", origin, permission);
    }

    pub(super) fn sns(&mut self, function: &Function, event: &Event) {
        let origin = &event.origin;
        let value = &event.value;
        let given = get(value, "arn").or_else(|| {
            let is_arn = value.as_str().is_some_and(|text| text.starts_with("arn:"));
            (is_arn || is_function(value)).then_some(value)
        });
        let named = get(value, "topicName")
            .and_then(Node::as_str)
            .map(str::to_owned);
        let name = named.unwrap_or_else(|| of_arn(given.unwrap_or(value)));
        let topic_id = format!("SNSTopic{}", plain(&name));
        let own_name = get(value, "topicName").unwrap_or(value);
        let begin = "sns:${AWS::Region}:${AWS::AccountId}:";
        let source = match given {
            Some(given) => given.clone(),
            None => arn(origin, begin, own_name.clone(), ""),
        };
        let redrive = self.redrive(function, event, &name, &source);
        let mut subscription = obj!(origin;
            "Protocol" => "lambda",
            "Endpoint" => function.target(origin),
        );
        if given.is_none() {
            let mut topic = obj!(origin; "TopicName" => own_name);
            for (from, to) in [
                ("displayName", "DisplayName"),
                ("kmsMasterKeyId", "KmsMasterKeyId"),
            ] {
                set(&mut topic, to, get(value, from).cloned());
            }
            self.put_for(function, &topic_id, "AWS::SNS::Topic", origin, topic);
        }
        let topic_arn = match given {
            Some(given) => given.clone(),
            None => reference(origin, &topic_id),
        };
        subscription.insert("TopicArn", topic_arn);
        for (from, to) in [
            ("filterPolicy", "FilterPolicy"),
            ("filterPolicyScope", "FilterPolicyScope"),
        ] {
            set(&mut subscription, to, get(value, from).cloned());
        }
        set(&mut subscription, "RedrivePolicy", redrive);
        let id = format!("{}SnsSubscription{}", function.id, plain(&name));
        self.put_for(
            function,
            &id,
            "AWS::SNS::Subscription",
            origin,
            subscription,
        );
        let id = format!("{}LambdaPermission{}SNS", function.id, plain(&name));
        self.permit(function, &id, origin, "sns.amazonaws.com", Some(source));
    }

    /// Where a topic sends what could not be delivered, and that it may.
    fn redrive(
        &mut self,
        function: &Function,
        event: &Event,
        topic: &str,
        source: &Node,
    ) -> Option<Node> {
        let policy = get(&event.value, "redrivePolicy")?;
        let origin = &policy.origin;
        let (arn, url) = if let Some(arn) = get(policy, "deadLetterTargetArn") {
            let parts: Vec<String> = crate::make::plain(arn)
                .split(':')
                .map(str::to_owned)
                .collect();
            let url = match parts.as_slice() {
                [.., region, account, name] => {
                    let text = format!("https://sqs.{region}.${{AWS::URLSuffix}}/{account}/{name}");
                    sub(origin, text)
                }
                _ => arn.clone(),
            };
            (arn.clone(), url)
        } else if let Some(name) = get(policy, "deadLetterTargetRef")?.as_str() {
            (crate::make::arn_of(origin, name), reference(origin, name))
        } else {
            let import = |name: &str| {
                let export = at(policy, &["deadLetterTargetImport", name])?;
                Some(obj!(origin; "Fn::ImportValue" => export))
            };
            (import("arn")?, import("url")?)
        };
        let id = format!("{}To{}DLQPolicy", plain(topic), function.id);
        let statement = obj!(origin;
            "Effect" => "Allow",
            "Principal" => obj!(origin; "Service" => "sns.amazonaws.com"),
            "Action" => "sqs:SendMessage",
            "Resource" => &arn,
            "Condition" => obj!(origin; "ArnEquals" => obj!(origin; "aws:SourceArn" => source)),
        );
        let document = obj!(origin;
            "Version" => "2012-10-17",
            "Id" => &id,
            "Statement" => list!(origin; statement),
        );
        let properties = obj!(origin; "PolicyDocument" => document, "Queues" => list!(origin; url));
        self.put_for(function, &id, "AWS::SQS::QueuePolicy", origin, properties);
        Some(obj!(origin; "deadLetterTargetArn" => arn))
    }

    pub(super) fn buckets(&mut self, events: &[(&Function, &Event)]) {
        const KIND: &str = "AWS::S3::Bucket";
        // By logical id: who tells whom about what.
        let mut told: BTreeMap<String, Vec<Node>> = BTreeMap::new();
        let mut order: Vec<(String, &Function, &Event)> = Vec::new();
        for (function, event) in events {
            let origin = &event.origin;
            let bucket = main_of(event, "bucket");
            let existing = crate::make::truthy(get(&event.value, "existing"));
            if existing || is_function(bucket) {
                self.existing_bucket(function, event, bucket);
                continue;
            }
            let key = bucket.as_str().unwrap_or_default();
            let name = self
                .provided(&["s3", key, "name"])
                .unwrap_or(bucket)
                .clone();
            let id = format!("S3Bucket{}", plain(key));
            let kind = get(&event.value, "event").cloned();
            let mut configuration = obj!(origin;
                "Event" => kind.unwrap_or_else(|| "s3:ObjectCreated:*".into_node(origin)),
                "Function" => function.target(origin),
            );
            set(&mut configuration, "Filter", bucket_filter(event));
            let all = told.entry(id.clone()).or_default();
            if all.is_empty() {
                order.push((id.clone(), *function, *event));
            }
            all.push(configuration);
            let source = arn(origin, "s3:::", name, "");
            let permission = format!("{}LambdaPermission{}S3", function.id, plain(key));
            self.permit(
                function,
                &permission,
                origin,
                "s3.amazonaws.com",
                Some(source),
            );
            if let Some(properties) = self.properties(&permission) {
                let account = reference(origin, "AWS::AccountId");
                properties.insert("SourceAccount", account);
            }
        }
        for (id, function, event) in order {
            let bucket = main_of(event, "bucket");
            let key = bucket.as_str().unwrap_or_default();
            let configurations = told.remove(&id).unwrap_or_default();
            let settings = self.provided(&["s3", key]).cloned();
            let origin = match &settings {
                Some(_) => self.place(&["s3", key]),
                None => event.origin.clone(),
            };
            let mut properties = obj!(&origin; "BucketName" => bucket);
            let written = settings.as_ref().and_then(Node::as_map).unwrap_or_default();
            for setting in written {
                let name = match &*setting.key.name {
                    "name" => "BucketName".to_owned(),
                    other => upper_first(other),
                };
                properties.insert(name, setting.value.clone());
            }
            let notify = obj!(&event.origin; "LambdaConfigurations" => configurations);
            let notify =
                crate::make::merged(Some(notify), properties.get("NotificationConfiguration"));
            set(&mut properties, "NotificationConfiguration", notify);
            if settings.is_some() {
                self.put_provided(&["s3", key], &id, KIND, properties);
            } else {
                self.put_for(function, &id, KIND, &origin, properties);
            }
        }
    }

    /// A bucket that is there already: a function of the framework's own tells it whom to call.
    fn existing_bucket(&mut self, function: &Function, event: &Event, bucket: &Node) {
        let origin = &event.origin;
        let source = match bucket.get("Ref").and_then(Node::as_str) {
            Some(id) if !id.contains(':') => crate::make::arn_of(origin, id),
            _ => arn(origin, "s3:::", bucket.clone(), ""),
        };
        let name = plain(&of_arn(bucket));
        let id = format!("{}LambdaPermission{name}S3", function.id);
        self.permit(function, &id, origin, "s3.amazonaws.com", Some(source));
        if let Some(properties) = self.properties(&id) {
            properties.insert("SourceAccount", reference(origin, "AWS::AccountId"));
        }
        let kind = get(&event.value, "event").cloned();
        let configuration = obj!(origin;
            "Event" => kind.unwrap_or_else(|| "s3:ObjectCreated:*".into_node(origin)),
            "Function" => function.target(origin),
        );
        let id = format!("{}CustomS31", function.id);
        if let Some(known) = self
            .properties(&id)
            .and_then(|p| p.get_mut("BucketConfigs"))
        {
            if let palisade_syntax::Data::Seq(list) = &mut known.data {
                list.push(configuration);
            }
            return;
        }
        let properties = obj!(origin;
            "FunctionName" => &function.name,
            "BucketName" => bucket,
            "BucketConfigs" => list!(origin; configuration),
        );
        self.put_for(function, &id, "Custom::S3", origin, properties);
    }

    pub(super) fn alexa_skill(&mut self, function: &Function, event: &Event, nth: usize) {
        let origin = &event.origin;
        let id = format!("{}LambdaPermissionAlexaSkill{nth}", function.id);
        self.permit(function, &id, origin, "alexa-appkit.amazon.com", None);
        let skill = get(&event.value, "appId").or(Some(&event.value));
        let skill = skill.filter(|node| node.as_str().is_some() || is_function(node));
        self.only_for(&id, "EventSourceToken", skill.cloned(), event);
    }

    pub(super) fn alexa_home(&mut self, function: &Function, event: &Event, nth: usize) {
        let id = format!("{}LambdaPermissionAlexaSmartHome{nth}", function.id);
        let service = "alexa-connectedhome.amazon.com";
        self.permit(function, &id, &event.origin, service, None);
        let skill = main_of(event, "appId").clone();
        self.only_for(&id, "EventSourceToken", Some(skill), event);
    }

    fn only_for(&mut self, id: &str, name: &str, value: Option<Node>, event: &Event) {
        let disabled = state(event).as_str() == Some("DISABLED");
        if let Some(properties) = self.properties(id) {
            set(properties, name, value);
            if disabled {
                properties.insert(
                    "Action",
                    "lambda:DisableInvokeFunction".into_node(&event.origin),
                );
            }
        }
    }

    pub(super) fn iot(&mut self, function: &Function, event: &Event, nth: usize) {
        let origin = &event.origin;
        let disabled = state(event).as_str() == Some("DISABLED");
        let action =
            obj!(origin; "Lambda" => obj!(origin; "FunctionArn" => function.target(origin)));
        let mut payload = obj!(origin;
            "RuleDisabled" => disabled,
            "Actions" => list!(origin; action),
        );
        for (from, to) in [
            ("sql", "Sql"),
            ("sqlVersion", "AwsIotSqlVersion"),
            ("description", "Description"),
        ] {
            set(&mut payload, to, get(&event.value, from).cloned());
        }
        let mut properties = obj!(origin; "TopicRulePayload" => payload);
        set(
            &mut properties,
            "RuleName",
            get(&event.value, "name").cloned(),
        );
        let rule = format!("{}IotTopicRule{nth}", function.id);
        self.put_for(function, &rule, "AWS::IoT::TopicRule", origin, properties);
        let begin = "iot:${AWS::Region}:${AWS::AccountId}:rule/";
        let source = arn(origin, begin, reference(origin, &rule), "");
        let id = format!("{}LambdaPermissionIotTopicRule{nth}", function.id);
        self.permit(function, &id, origin, "iot.amazonaws.com", Some(source));
    }

    pub(super) fn iot_fleet(&mut self, function: &Function, event: &Event) {
        let origin = &event.origin;
        let hook = obj!(origin; "TargetArn" => function.target(origin));
        let mut properties = obj!(origin; "Enabled" => true, "PreProvisioningHook" => hook);
        for (from, to) in [
            ("provisioningRoleArn", "ProvisioningRoleArn"),
            ("templateName", "TemplateName"),
            ("enabled", "Enabled"),
        ] {
            set(&mut properties, to, get(&event.value, from).cloned());
        }
        let body = get(&event.value, "templateBody").map(json_text);
        set(&mut properties, "TemplateBody", body);
        let id = format!("{}IotProvisioningTemplate", function.id);
        self.put_for(
            function,
            &id,
            "AWS::IoT::ProvisioningTemplate",
            origin,
            properties,
        );
        let id = format!("{}LambdaPermissionIotProvisioningTemplate", function.id);
        self.permit(function, &id, origin, "iot.amazonaws.com", None);
    }
}

/// The names of the objects that an event is about.
fn bucket_filter(event: &Event) -> Option<Node> {
    let rules = get(&event.value, "rules")?;
    let mut made = Vec::new();
    for rule in items(rules) {
        for entry in rule.as_map().unwrap_or_default() {
            let name = &entry.key.name;
            made.push(obj!(&entry.key.origin; "Name" => name, "Value" => &entry.value));
        }
    }
    let origin = &rules.origin;
    let key = obj!(origin; "Rules" => made);
    Some(obj!(origin; "S3Key" => key))
}
