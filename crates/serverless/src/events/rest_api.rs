//! The REST API of the service: the API itself, its deployment and stage, keys and usage plans.

use crate::build::Build;
use crate::make::{
    IntoNode, at, concat, get, is_function, items, list, obj, reference, set, tags, truthy,
};
use crate::names::upper_first;
use palisade_app::{Reason, ReasonKind, cfn};
use palisade_syntax::Node;

/// The logical id of the API.
pub(super) const API: &str = "ApiGatewayRestApi";
const PATH: [&str; 1] = ["apiGateway"];
const LOGS: [&str; 2] = ["logs", "restApi"];
const DEPLOYMENT: &str = "ApiGatewayDeployment";
const THROTTLING: &str = "serverless-api-gateway-throttling";

impl Build {
    /// A setting of the API.
    fn rest_setting(&self, name: &str) -> Option<Node> {
        self.provided(&["apiGateway", name]).cloned()
    }

    /// Makes the API where none is given; gives what refers to it.
    pub(super) fn rest_api(&mut self) -> Node {
        if let Some(given) = self.rest_setting("restApiId") {
            return given;
        }
        let origin = &self.place(&PATH);
        let kind = self
            .provided(&["endpointType"])
            .map(|kind| match kind.as_str() {
                Some(text) => text.to_uppercase().into_node(&kind.origin),
                None => kind.clone(),
            });
        let kind = kind.unwrap_or_else(|| "EDGE".into_node(origin));
        let mut endpoint = obj!(origin; "Types" => list!(origin; kind));
        set(
            &mut endpoint,
            "VpcEndpointIds",
            self.provided(&["vpcEndpointIds"]).cloned(),
        );
        let name = self.provided(&["apiName"]).cloned();
        let first = truthy(self.provided(&["apiGateway", "shouldStartNameWithService"]));
        let name = name.unwrap_or_else(|| match first {
            true => self.named(origin, &[&self.service, &self.stage]),
            false => self.named(origin, &[&self.stage, &self.service]),
        });
        let mut properties = obj!(origin; "Name" => name, "EndpointConfiguration" => endpoint);
        for (from, to) in [
            ("binaryMediaTypes", "BinaryMediaTypes"),
            ("disableDefaultEndpoint", "DisableExecuteApiEndpoint"),
            ("minimumCompressionSize", "MinimumCompressionSize"),
            ("apiKeySourceType", "ApiKeySourceType"),
            ("description", "Description"),
        ] {
            set(&mut properties, to, self.rest_setting(from));
        }
        let disabled = self
            .provided(&["apiGateway", "endpoint", "disable"])
            .cloned();
        set(&mut properties, "DisableExecuteApiEndpoint", disabled);
        let policy = self
            .provided(&["apiGateway", "endpoint", "securityPolicy"])
            .cloned();
        set(&mut properties, "SecurityPolicy", policy);
        let policy = self.rest_setting("resourcePolicy");
        let policy = policy.or_else(|| self.provided(&["resourcePolicy"]).cloned());
        if let Some(statements) = policy {
            let origin = &statements.origin;
            let document = obj!(origin; "Version" => "2012-10-17", "Statement" => &statements);
            properties.insert("Policy", document);
        }
        self.put_provided(&PATH, API, "AWS::ApiGateway::RestApi", properties);
        reference(origin, API)
    }

    fn rest_stage(&self) -> Node {
        self.rest_setting("stage")
            .unwrap_or_else(|| self.stage.clone())
    }

    /// The deployment and, as a resource, the stage that the framework sets up behind it.
    pub(super) fn deployment(&mut self, api: &Node) {
        let origin = &self.place(&PATH);
        let stage = self.rest_stage();
        let mut properties = obj!(origin; "RestApiId" => api);
        let given = self.provided(&["apiGateway", "restApiId"]).is_some();
        if given {
            // Settings of the stage belong to whoever owns the API.
            properties.insert("StageName", stage);
            self.put_provided(&PATH, DEPLOYMENT, "AWS::ApiGateway::Deployment", properties);
        } else {
            self.put_provided(&PATH, DEPLOYMENT, "AWS::ApiGateway::Deployment", properties);
            self.rest_stage_itself(api, stage);
            self.output("ServiceEndpoint", reference(origin, API));
        }
        self.keys_and_plans(api);
    }

    fn rest_stage_itself(&mut self, api: &Node, stage: Node) {
        let origin = &self.place(&PATH);
        let mut properties = obj!(origin;
            "RestApiId" => api,
            "DeploymentId" => reference(origin, DEPLOYMENT),
            "StageName" => stage,
        );
        let tracing = self.provided(&["tracing", "apiGateway"]).cloned();
        set(&mut properties, "TracingEnabled", tracing);
        set(
            &mut properties,
            "Tags",
            self.provider_tags().as_ref().map(tags),
        );
        let mut settings = obj!(origin; "ResourcePath" => "/*", "HttpMethod" => "*");
        set(
            &mut settings,
            "MetricsEnabled",
            self.rest_setting("metrics"),
        );
        // A plugin sets these of the stage after the deployment.
        let plugin = self.has_plugin(THROTTLING);
        for (from, to) in [
            ("maxRequestsPerSecond", "ThrottlingRateLimit"),
            ("maxConcurrentRequests", "ThrottlingBurstLimit"),
        ] {
            let written = at(&self.root, &["custom", "apiGatewayThrottling", from]);
            set(&mut settings, to, written.filter(|_| plugin).cloned());
        }
        let logs = self
            .provided(&LOGS)
            .filter(|logs| truthy(Some(logs)))
            .cloned();
        match logs {
            Some(logs) if is_function(&logs) => {
                let detail = "whether the API logs is not known before deployment";
                let reason = cfn::why_unknown(&logs)
                    .unwrap_or_else(|| Reason::new(ReasonKind::Parameter, detail));
                let unknown = cfn::unknown(&reason, &logs.origin);
                properties.insert("AccessLogSetting", unknown.clone());
                settings.insert("LoggingLevel", unknown.clone());
                settings.insert("DataTraceEnabled", unknown);
            }
            Some(logs) => self.rest_logs(&logs, &mut properties, &mut settings),
            None => {}
        }
        if settings.as_map().is_some_and(|entries| entries.len() > 2) {
            properties.insert("MethodSettings", list!(origin; settings));
        }
        self.put_provided(
            &PATH,
            "ApiGatewayStage",
            "AWS::ApiGateway::Stage",
            properties,
        );
    }

    fn rest_logs(&mut self, logs: &Node, stage: &mut Node, settings: &mut Node) {
        const FORMAT: &str = "requestId: $context.requestId, ip: $context.identity.sourceIp, caller: $context.identity.caller, user: $context.identity.user, requestTime: $context.requestTime, httpMethod: $context.httpMethod, resourcePath: $context.resourcePath, status: $context.status, protocol: $context.protocol, responseLength: $context.responseLength";
        const GROUP: &str = "ApiGatewayLogGroup";
        let origin = &self.place(&LOGS);
        let on = |name: &str| get(logs, name).is_none_or(|node| truthy(Some(node)));
        let level = match on("executionLogging") {
            true => get(logs, "level")
                .cloned()
                .unwrap_or_else(|| "INFO".into_node(origin)),
            false => "OFF".into_node(origin),
        };
        settings.insert("LoggingLevel", level);
        // Bodies are a part of that log.
        let full = match get(logs, "fullExecutionData") {
            _ if !on("executionLogging") => false.into_node(origin),
            Some(full) => full.clone(),
            None => true.into_node(origin),
        };
        settings.insert("DataTraceEnabled", full);
        if !on("accessLogging") {
            return;
        }
        let format = get(logs, "format").cloned();
        let setting = obj!(origin;
            "DestinationArn" => crate::make::arn_of(origin, GROUP),
            "Format" => format.unwrap_or_else(|| FORMAT.into_node(origin)),
        );
        stage.insert("AccessLogSetting", setting);
        let name = self.named(origin, &[&self.service, &self.stage]);
        let name = concat(origin, vec!["/aws/api-gateway/".into_node(origin), name]);
        self.put_log_group(&LOGS, GROUP, name);
    }

    fn keys_and_plans(&mut self, api: &Node) {
        let keys = self
            .rest_setting("apiKeys")
            .or_else(|| self.provided(&["apiKeys"]).cloned());
        let plans = self.rest_setting("usagePlan");
        let plans = plans.or_else(|| self.provided(&["usagePlan"]).cloned());
        if keys.is_none() && plans.is_none() {
            return;
        }
        let mut names: Vec<String> = Vec::new();
        match plans.as_ref().and_then(Node::as_seq) {
            Some(list) => {
                for plan in list
                    .iter()
                    .flat_map(|node| node.as_map().unwrap_or_default())
                {
                    self.usage_plan(api, Some(&plan.key.name), Some(&plan.value));
                    names.push(plan.key.name.to_string());
                }
            }
            None => self.usage_plan(api, None, plans.as_ref()),
        }
        let mut number = 0;
        for key in keys.as_ref().map(items).unwrap_or_default() {
            // A map from the name of a plan to its keys, or a key.
            let plan = key
                .single()
                .filter(|e| names.iter().any(|n| **n == *e.key.name));
            match plan {
                Some(plan) => {
                    for (i, key) in items(&plan.value).into_iter().enumerate() {
                        self.api_key(api, key, i + 1, Some(&plan.key.name));
                    }
                }
                None => {
                    number += 1;
                    self.api_key(api, key, number, None);
                }
            }
        }
    }

    fn usage_plan(&mut self, api: &Node, name: Option<&str>, plan: Option<&Node>) {
        let origin = plan.map_or_else(
            || self.place(&["apiGateway", "apiKeys"]),
            |p| p.origin.clone(),
        );
        let origin = &origin;
        let stage = obj!(origin; "ApiId" => api, "Stage" => self.rest_stage());
        let named = name.map(|name| name.into_node(origin));
        let parts: Vec<&Node> = [&self.service]
            .into_iter()
            .chain(&named)
            .chain([&self.stage])
            .collect();
        let mut properties = obj!(origin;
            "ApiStages" => list!(origin; stage),
            "UsagePlanName" => self.named(origin, &parts),
        );
        for (section, to) in [("quota", "Quota"), ("throttle", "Throttle")] {
            let Some(written) = plan.and_then(|plan| at(plan, &[section])) else {
                continue;
            };
            let mut made = obj!(&written.origin;);
            for (from, to) in [
                ("limit", "Limit"),
                ("offset", "Offset"),
                ("period", "Period"),
                ("burstLimit", "BurstLimit"),
                ("rateLimit", "RateLimit"),
            ] {
                set(&mut made, to, get(written, from).cloned());
            }
            properties.insert(to, made);
        }
        let id = format!(
            "ApiGatewayUsagePlan{}",
            upper_first(name.unwrap_or_default())
        );
        let path = ["apiGateway", "usagePlan"];
        self.put_provided(&path, &id, "AWS::ApiGateway::UsagePlan", properties);
    }

    fn api_key(&mut self, api: &Node, key: &Node, number: usize, plan: Option<&str>) {
        let origin = &key.origin;
        let stage = obj!(origin; "RestApiId" => api, "StageName" => self.rest_stage());
        let enabled = get(key, "enabled").cloned();
        let mut properties = obj!(origin;
            "Enabled" => enabled.unwrap_or_else(|| true.into_node(origin)),
            "StageKeys" => list!(origin; stage),
        );
        let map = key.as_map().is_some() && !is_function(key);
        set(
            &mut properties,
            "Name",
            if map {
                get(key, "name").cloned()
            } else {
                Some(key.clone())
            },
        );
        for (from, to) in [
            ("value", "Value"),
            ("description", "Description"),
            ("customerId", "CustomerId"),
        ] {
            set(&mut properties, to, get(key, from).cloned());
        }
        let end = format!("{}{number}", upper_first(plan.unwrap_or_default()));
        let id = format!("ApiGatewayApiKey{end}");
        let path = ["apiGateway", "apiKeys"];
        self.put_provided(&path, &id, "AWS::ApiGateway::ApiKey", properties);
        let plan = format!(
            "ApiGatewayUsagePlan{}",
            upper_first(plan.unwrap_or_default())
        );
        let link = obj!(origin;
            "KeyId" => reference(origin, &id),
            "KeyType" => "API_KEY",
            "UsagePlanId" => reference(origin, &plan),
        );
        let id = format!("ApiGatewayUsagePlanKey{end}");
        self.put_provided(&path, &id, "AWS::ApiGateway::UsagePlanKey", link);
    }
}
