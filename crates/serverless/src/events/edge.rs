//! Functions at the edge: one distribution of CloudFront for the whole service.

use super::arn;
use crate::build::{Build, Event, Function};
use crate::make::{IntoNode, get, list, obj, reference, set, sub, text};
use crate::names::normalized;
use palisade_core::Origin;
use palisade_syntax::{Data, Node};

const DISTRIBUTION: &str = "CloudFrontDistribution";
/// The cache policy that AWS recommends, which the framework takes where none is named.
const USUAL_POLICY: &str = "658327ea-f89d-4fab-a63d-7e88639e58f6";

impl Build {
    pub(super) fn edge(&mut self, events: &[(&Function, &Event)]) {
        self.cache_policies();
        let Some((first, first_event)) = events.first() else {
            return;
        };
        let origin = &first_event.origin;
        let mut origins: Vec<Node> = Vec::new();
        let mut behaviors: Vec<Node> = Vec::new();
        for (function, event) in events {
            let made = edge_origin(event);
            let id = made.get("Id").cloned().unwrap_or_default();
            if !origins
                .iter()
                .any(|known| known.get("Id") == made.get("Id"))
            {
                origins.push(made);
            }
            let behavior = self.behavior(function, event, id);
            let path = |node: &Node| node.get("PathPattern").map(crate::make::plain);
            match behaviors
                .iter_mut()
                .find(|known| path(known) == path(&behavior))
            {
                // Several functions may stand on one way.
                Some(known) => {
                    let more = behavior.get("LambdaFunctionAssociations").cloned();
                    if let (Some(Data::Seq(list)), Some(Data::Seq(more))) = (
                        known
                            .get_mut("LambdaFunctionAssociations")
                            .map(|n| &mut n.data),
                        more.map(|n| n.data),
                    ) {
                        list.extend(more);
                    }
                }
                None => behaviors.push(behavior),
            }
            self.edge_permission(function, event);
        }
        behaviors.sort_by_key(|behavior| behavior.get("PathPattern").is_some());
        if behaviors
            .first()
            .is_some_and(|b| b.get("PathPattern").is_some())
        {
            let mut usual = behaviors.first().cloned().unwrap_or_default();
            usual.remove("PathPattern");
            usual.remove("LambdaFunctionAssociations");
            behaviors.insert(0, usual);
        }
        let usual = behaviors.remove(0);
        let comment = self.named(origin, &[&self.service, &self.stage]);
        let mut config = obj!(origin;
            "Comment" => comment,
            "Enabled" => true,
            "DefaultCacheBehavior" => usual,
            "Origins" => origins,
        );
        if !behaviors.is_empty() {
            config.insert("CacheBehaviors", behaviors.into_node(origin));
        }
        let properties = obj!(origin; "DistributionConfig" => config);
        self.put_for(
            first,
            DISTRIBUTION,
            "AWS::CloudFront::Distribution",
            origin,
            properties,
        );
    }

    fn cache_policies(&mut self) {
        let Some(policies) = self.provided(&["cloudFront", "cachePolicies"]).cloned() else {
            return;
        };
        for policy in policies.as_map().unwrap_or_default() {
            let origin = &policy.key.origin;
            let name = Node::string(policy.key.name.clone(), origin.clone());
            let mut config = policy.value.clone();
            config.insert(
                "Name",
                self.named(origin, &[&self.service, &self.stage, &name]),
            );
            let properties = obj!(origin; "CachePolicyConfig" => config);
            let id = format!("CloudFrontCachePolicy{}", normalized(&policy.key.name));
            let path = ["cloudFront", "cachePolicies", &*policy.key.name];
            self.put_provided(&path, &id, "AWS::CloudFront::CachePolicy", properties);
        }
    }

    fn behavior(&self, function: &Function, event: &Event, target: Node) -> Node {
        let origin = &event.origin;
        let value = &event.value;
        let given = get(value, "behavior");
        let usual = obj!(origin; "ViewerProtocolPolicy" => "allow-all");
        let mut behavior = crate::make::merged(Some(usual), given).unwrap_or_default();
        let decides = [
            "CachePolicyId",
            "ForwardedValues",
            "MaxTTL",
            "MinTTL",
            "DefaultTTL",
        ];
        let policy = get(value, "cachePolicy");
        let named = policy.and_then(|policy| text(policy, "name"));
        let own = policy
            .and_then(|policy| get(policy, "id"))
            .cloned()
            .or_else(|| {
                let id = format!("CloudFrontCachePolicy{}", normalized(named?));
                Some(reference(origin, &id))
            });
        let said = decides.iter().any(|name| behavior.get(name).is_some());
        let cached = own.or_else(|| (!said).then(|| USUAL_POLICY.into_node(origin)));
        set(&mut behavior, "CachePolicyId", cached);
        behavior.insert("TargetOriginId", target);
        set(
            &mut behavior,
            "PathPattern",
            get(value, "pathPattern").cloned(),
        );
        let version = format!("{}LambdaVersion", function.id);
        let mut association = obj!(origin; "LambdaFunctionARN" => reference(origin, &version));
        for (from, to) in [("eventType", "EventType"), ("includeBody", "IncludeBody")] {
            set(&mut association, to, get(value, from).cloned());
        }
        behavior.insert("LambdaFunctionAssociations", list!(origin; association));
        behavior
    }

    fn edge_permission(&mut self, function: &Function, event: &Event) {
        let origin = &event.origin;
        let begin = "cloudfront::${AWS::AccountId}:distribution/";
        let source = arn(origin, begin, reference(origin, DISTRIBUTION), "");
        let version = format!("{}LambdaVersion", function.id);
        let id = format!("{}InvokePermission", function.lambda);
        self.permit(
            function,
            &id,
            origin,
            "edgelambda.amazonaws.com",
            Some(source),
        );
        if let Some(properties) = self.properties(&id) {
            properties.insert("FunctionName", reference(origin, &version));
        }
        self.let_assume(function, "edgelambda.amazonaws.com");
        let actions = [
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            "logs:TagResource",
        ];
        let logs = sub(origin, "arn:${AWS::Partition}:logs:*:*:*");
        self.grant(function, origin, &actions, logs);
    }
}

/// Where the distribution gets what it hands out.
fn edge_origin(event: &Event) -> Node {
    let written = get(&event.value, "origin").cloned().unwrap_or_default();
    let at: &Origin = &event.origin;
    let mut made = match written.as_str() {
        Some(text) => {
            let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            let mut made = obj!(&written.origin; "DomainName" => host);
            if !path.is_empty() {
                made.insert("OriginPath", format!("/{path}").into_node(&written.origin));
            }
            match scheme {
                "s3" => made.insert("S3OriginConfig", obj!(&written.origin;)),
                _ => {
                    let policy = obj!(&written.origin; "OriginProtocolPolicy" => "match-viewer");
                    made.insert("CustomOriginConfig", policy);
                }
            }
            made
        }
        None => match written.as_map() {
            Some(_) => written.clone(),
            None => obj!(at;),
        },
    };
    let kind = if made.get("S3OriginConfig").is_some() {
        "s3"
    } else {
        "custom"
    };
    let host = made
        .get("DomainName")
        .map(crate::make::plain)
        .unwrap_or_default();
    let path = made
        .get("OriginPath")
        .map(crate::make::plain)
        .unwrap_or_default();
    made.insert("Id", format!("{kind}/{host}{path}").into_node(at));
    made
}
