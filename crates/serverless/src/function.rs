//! A function's own resources: the function with what it inherits from the provider, its log
//! group, version and alias, URL, and what becomes of its asynchronous calls.

use crate::build::{Build, Function};
use crate::make::{at, concat, get, is_function, list, merged, obj, set, sub, tags, text, truthy};
use palisade_core::{Origin, ViaKind};
use palisade_syntax::{Data, Node};

/// Settings that go over as they are: how the person calls them, and the provider.
const PLAIN: [(&str, &str); 5] = [
    ("handler", "Handler"),
    ("description", "Description"),
    ("reservedConcurrency", "ReservedConcurrentExecutions"),
    ("name", "FunctionName"),
    ("recursiveLoop", "RecursiveLoop"),
];

/// Settings that a function inherits from the provider.
const INHERITED: [(&str, &str); 5] = [
    ("runtime", "Runtime"),
    ("memorySize", "MemorySize"),
    ("timeout", "Timeout"),
    ("kmsKeyArn", "KmsKeyArn"),
    ("layers", "Layers"),
];

impl Build {
    /// A setting of a function, or else the provider's.
    fn inherited(&self, function: &Function, name: &str) -> Option<Node> {
        if let Some(own) = function.get(name) {
            return Some(own.clone());
        }
        self.shared_setting(function, &[name])
    }

    /// A setting of the provider as one of a function.
    fn shared_setting(&self, function: &Function, path: &[&str]) -> Option<Node> {
        let mut value = self.provided(path)?.clone();
        value.origin = value
            .origin
            .through(ViaKind::Provider, function.origin.span);
        Some(value)
    }

    /// Makes everything that one function is.
    pub(crate) fn function_resources(&mut self, function: &Function) {
        let origin = &function.origin;
        let edge = function.events("cloudFront").next().is_some();
        let mut properties = obj!(origin; "FunctionName" => &function.name);
        for (from, to) in PLAIN {
            set(&mut properties, to, function.get(from).cloned());
        }
        for (from, to) in INHERITED {
            set(&mut properties, to, self.inherited(function, from));
        }
        for (name, usual) in [
            ("MemorySize", if edge { 128 } else { 1024 }),
            ("Timeout", if edge { 5 } else { 6 }),
        ] {
            if properties.get(name).is_none() {
                properties.insert(name, number(usual, origin));
            }
        }
        self.code(function, &mut properties);
        if let Some(architecture) = self.inherited(function, "architecture") {
            let list = list!(&architecture.origin; &architecture);
            properties.insert("Architectures", list);
        }
        let all = merged(
            self.shared_setting(function, &["tags"]),
            function.get("tags"),
        );
        set(&mut properties, "Tags", all.as_ref().map(tags));
        if let Some(size) = function.get("ephemeralStorageSize") {
            properties.insert("EphemeralStorage", obj!(&size.origin; "Size" => size));
        }
        if !edge {
            let shared = self.shared_setting(function, &["environment"]);
            if let Some(variables) = merged(shared, function.get("environment")) {
                let at = variables.origin.clone();
                properties.insert("Environment", obj!(&at; "Variables" => variables));
            }
            set(&mut properties, "VpcConfig", self.network(function));
        }
        self.role_of(function, &mut properties);
        self.failures_and_keys(function, &mut properties);
        self.tracing(function, &mut properties);
        self.file_system(function, &mut properties);
        self.runtime_management(function, &mut properties);
        self.logging(function, &mut properties);
        if truthy(function.get("snapStart")) {
            let snap = obj!(origin; "ApplyOn" => "PublishedVersions");
            properties.insert("SnapStart", snap);
        }
        self.put_for(
            function,
            &function.lambda,
            "AWS::Lambda::Function",
            origin,
            properties,
        );
        for (from, to) in [("condition", "Condition"), ("dependsOn", "DependsOn")] {
            if let (Some(value), Some(resource)) =
                (function.get(from).cloned(), self.resource(&function.lambda))
            {
                resource.insert(to, value);
            }
        }
        self.log_group(function);
        self.version_and_alias(function, edge);
        self.url(function);
        self.asynchronous(function);
    }

    /// The code: for a scan it is what lies beside the service's file, not what was uploaded.
    fn code(&self, function: &Function, properties: &mut Node) {
        if let Some(image) = function.get("image") {
            properties.insert("PackageType", Node::string("Image", image.origin.clone()));
            properties.insert("Code", obj!(&image.origin; "ImageUri" => self.image(image)));
            let mut config = obj!(&image.origin;);
            for (from, to) in [
                ("command", "Command"),
                ("entryPoint", "EntryPoint"),
                ("workingDirectory", "WorkingDirectory"),
            ] {
                set(&mut config, to, get(image, from).cloned());
            }
            if config.as_map().is_some_and(|entries| !entries.is_empty()) {
                properties.insert("ImageConfig", config);
            }
            for name in ["Handler", "Runtime"] {
                properties.remove(name);
            }
            return;
        }
        // The place tells which folder it is relative to.
        let at_root = &self.root.origin;
        let folder = at(&function.node, &["package", "artifact"])
            .or_else(|| function.get("module"))
            .or_else(|| at(&self.root, &["package", "artifact"]))
            .and_then(Node::as_str)
            .unwrap_or(".");
        properties.insert("Code", Node::string(folder, at_root.clone()));
        if properties.get("Runtime").is_none() {
            let usual = match self.version() {
                ..=2 => "nodejs12.x",
                3 => "nodejs14.x",
                _ => "nodejs20.x",
            };
            properties.insert("Runtime", Node::string(usual, function.origin.clone()));
        }
    }

    /// Where an image lies: an address, or the name of one that the provider describes.
    fn image(&self, image: &Node) -> Node {
        if let Some(uri) = get(image, "uri") {
            return uri.clone();
        }
        let name = get(image, "name").unwrap_or(image);
        let Some(known) = name
            .as_str()
            .and_then(|n| self.provided(&["ecr", "images", n]))
        else {
            return name.clone();
        };
        if let Some(uri) = get(known, "uri").or_else(|| known.as_str().map(|_| known)) {
            return uri.clone();
        }
        let origin = &known.origin;
        const REGISTRY: &str =
            "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/serverless-";
        let repository = self.named(origin, &[&self.service, &self.stage]);
        concat(origin, vec![sub(origin, REGISTRY), repository])
    }

    fn network(&self, function: &Function) -> Option<Node> {
        let own = match function.node.get("vpc") {
            Some(vpc) if !truthy(Some(vpc)) => return None,
            own => own,
        };
        let shared = self.shared_setting(function, &["vpc"]);
        let unknown = own.or(shared.as_ref()).filter(|vpc| is_function(vpc));
        if let Some(unknown) = unknown {
            return Some(unknown.clone());
        }
        let setting = |name: &str| {
            let shared = shared.as_ref().and_then(|vpc| get(vpc, name));
            own.and_then(|vpc| get(vpc, name)).or(shared).cloned()
        };
        let groups = setting("securityGroupIds")?;
        let subnets = setting("subnetIds")?;
        let origin = own.map_or(&groups.origin, |vpc| &vpc.origin).clone();
        Some(obj!(&origin; "SecurityGroupIds" => groups, "SubnetIds" => subnets))
    }

    fn role_of(&self, function: &Function, properties: &mut Node) {
        let made = function.role.and_then(|at| self.roles.get(at));
        let role = match (self.given_role(function), made) {
            (Some(given), _) => given,
            (None, Some(role)) => crate::make::arn_of(&function.origin, role.id()),
            (None, None) => return,
        };
        properties.insert("Role", role);
    }

    fn failures_and_keys(&mut self, function: &Function, properties: &mut Node) {
        if let Some(target) = function.get("onError") {
            let origin = &target.origin;
            properties.insert("DeadLetterConfig", obj!(origin; "TargetArn" => target));
            if target.as_str().is_some() {
                self.grant(function, origin, &["sns:Publish"], target.clone());
            }
        }
        if let Some(key) = properties
            .get("KmsKeyArn")
            .filter(|key| key.as_str().is_some())
        {
            self.grant(function, &key.origin, &["kms:Decrypt"], key.clone());
        }
    }

    fn tracing(&mut self, function: &Function, properties: &mut Node) {
        let tracing = function.get("tracing").cloned();
        let tracing = tracing.or_else(|| self.shared_setting(function, &["tracing", "lambda"]));
        // Before the framework knew of tracing, a plugin took the setting.
        let by_plugin = || {
            let tracing = self.provided(&["tracing"]).filter(|t| t.as_map().is_none());
            tracing.filter(|_| self.has_plugin("serverless-plugin-tracing"))
        };
        let tracing = tracing.or_else(|| by_plugin().cloned());
        let Some(tracing) = tracing.filter(|tracing| truthy(Some(tracing))) else {
            return;
        };
        let origin = &tracing.origin;
        let mode = match &tracing.data {
            Data::Bool(_) => Node::string("Active", origin.clone()),
            _ => tracing.clone(),
        };
        properties.insert("TracingConfig", obj!(origin; "Mode" => mode));
        let actions = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"];
        self.grant(
            function,
            origin,
            &actions,
            Node::string("*", origin.clone()),
        );
    }

    fn file_system(&mut self, function: &Function, properties: &mut Node) {
        let Some(config) = function.get("fileSystemConfig") else {
            return;
        };
        let origin = &config.origin;
        let mut made = obj!(origin;);
        for (from, to) in [("arn", "Arn"), ("localMountPath", "LocalMountPath")] {
            set(&mut made, to, get(config, from).cloned());
        }
        properties.insert("FileSystemConfigs", list!(origin; made));
        if let Some(arn) = get(config, "arn") {
            let actions = [
                "elasticfilesystem:ClientMount",
                "elasticfilesystem:ClientWrite",
            ];
            self.grant(function, origin, &actions, arn.clone());
        }
    }

    fn runtime_management(&self, function: &Function, properties: &mut Node) {
        let Some(management) = self.inherited(function, "runtimeManagement") else {
            return;
        };
        let mode = get(&management, "mode").unwrap_or(&management);
        let update = match mode.as_str() {
            Some("onFunctionUpdate") => "FunctionUpdate",
            Some("manual") => "Manual",
            _ => return,
        };
        let mut config = obj!(&management.origin; "UpdateRuntimeOn" => update);
        set(
            &mut config,
            "RuntimeVersionArn",
            get(&management, "arn").cloned(),
        );
        properties.insert("RuntimeManagementConfig", config);
    }

    fn logging(&self, function: &Function, properties: &mut Node) {
        let shared = self.shared_setting(function, &["logs", "lambda"]);
        let Some(logs) = merged(shared, function.get("logs")) else {
            return;
        };
        let mut config = obj!(&logs.origin;);
        let json = text(&logs, "logFormat") == Some("JSON");
        for (from, to, always) in [
            ("logFormat", "LogFormat", true),
            ("logGroup", "LogGroup", true),
            ("applicationLogLevel", "ApplicationLogLevel", json),
            ("systemLogLevel", "SystemLogLevel", json),
        ] {
            set(
                &mut config,
                to,
                get(&logs, from).filter(|_| always).cloned(),
            );
        }
        if config.as_map().is_some_and(|entries| !entries.is_empty()) {
            properties.insert("LoggingConfig", config);
        }
    }

    fn log_group(&mut self, function: &Function) {
        let elsewhere = at(&function.node, &["logs", "logGroup"])
            .or_else(|| self.provided(&["logs", "lambda", "logGroup"]));
        if truthy(function.get("disableLogs")) || elsewhere.is_some() {
            return;
        }
        let origin = &function.origin;
        let start = Node::string("/aws/lambda/", origin.clone());
        let name = concat(origin, vec![start, function.name.clone()]);
        let mut properties = obj!(origin; "LogGroupName" => name);
        for (from, to) in [
            ("logRetentionInDays", "RetentionInDays"),
            ("logDataProtectionPolicy", "DataProtectionPolicy"),
        ] {
            set(&mut properties, to, self.inherited(function, from));
        }
        let id = format!("{}LogGroup", function.id);
        self.put_for(function, &id, "AWS::Logs::LogGroup", origin, properties);
    }

    /// A version is made of each function; it is told of where something refers to it.
    fn version_and_alias(&mut self, function: &Function, edge: bool) {
        if function.alias.is_none() && !edge {
            return;
        }
        let origin = &function.origin;
        let version = format!("{}LambdaVersion", function.id);
        let lambda = || crate::make::reference(origin, function.lambda.as_str());
        let properties = obj!(origin; "FunctionName" => lambda());
        self.put_for(
            function,
            &version,
            "AWS::Lambda::Version",
            origin,
            properties,
        );
        let Some((name, id)) = &function.alias else {
            return;
        };
        let number = list!(origin; version.as_str(), "Version");
        let mut properties = obj!(origin;
            "FunctionName" => lambda(),
            "FunctionVersion" => obj!(origin; "Fn::GetAtt" => number),
            "Name" => name,
        );
        if let Some(given) = function.get("provisionedConcurrency") {
            let executions = get(given, "executions").unwrap_or(given);
            let config = obj!(&given.origin; "ProvisionedConcurrentExecutions" => executions);
            properties.insert("ProvisionedConcurrencyConfig", config);
        }
        self.put_for(function, id, "AWS::Lambda::Alias", origin, properties);
    }

    fn url(&mut self, function: &Function) {
        let Some(entry) = function
            .node
            .entry("url")
            .filter(|e| truthy(Some(&e.value)))
        else {
            return;
        };
        let (origin, url) = (&entry.key.origin, &entry.value);
        let authorizer = get(url, "authorizer");
        let auth = match authorizer {
            None => Node::string("NONE", origin.clone()),
            Some(node) if is_function(node) => node.clone(),
            Some(node) if node.as_str() == Some("aws_iam") => {
                Node::string("AWS_IAM", node.origin.clone())
            }
            Some(node) => Node::string("NONE", node.origin.clone()),
        };
        let open = auth.as_str() == Some("NONE");
        let mut properties = obj!(origin;
            "AuthType" => auth,
            "TargetFunctionArn" => function.target(origin),
        );
        if let Some(cors) = get(url, "cors").filter(|cors| truthy(Some(cors))) {
            properties.insert("Cors", url_cors(cors));
        }
        set(
            &mut properties,
            "InvokeMode",
            get(url, "invokeMode").cloned(),
        );
        let id = format!("{}LambdaFunctionUrl", function.id);
        self.put_for(function, &id, "AWS::Lambda::Url", origin, properties);
        if open {
            let id = format!("{}LambdaPermissionFnUrl", function.id);
            let permission = obj!(origin;
                "FunctionName" => function.target(origin),
                "Action" => "lambda:InvokeFunctionUrl",
                "Principal" => "*",
                "FunctionUrlAuthType" => "NONE",
            );
            self.put_for(function, &id, "AWS::Lambda::Permission", origin, permission);
        }
    }

    fn asynchronous(&mut self, function: &Function) {
        let names = ["destinations", "maximumEventAge", "maximumRetryAttempts"];
        let Some(first) = names.iter().find_map(|name| {
            function
                .node
                .entry(name)
                .filter(|entry| !entry.value.is_null())
        }) else {
            return;
        };
        let origin = &first.key.origin;
        let qualifier = match &function.alias {
            Some((name, _)) => name.clone(),
            None => Node::string("$LATEST", origin.clone()),
        };
        let mut properties = obj!(origin;
            "FunctionName" => crate::make::reference(origin, function.lambda.as_str()),
            "Qualifier" => qualifier,
        );
        let mut config = obj!(origin;);
        for (from, to) in [("onSuccess", "OnSuccess"), ("onFailure", "OnFailure")] {
            let Some(target) = at(&function.node, &["destinations", from]) else {
                continue;
            };
            let arn = get(target, "arn").unwrap_or(target);
            let arn = self.function_arn(arn);
            self.let_send(function, target, &arn);
            config.insert(to, obj!(&target.origin; "Destination" => arn));
        }
        properties.insert("DestinationConfig", config);
        for (from, to) in [
            ("maximumEventAge", "MaximumEventAgeInSeconds"),
            ("maximumRetryAttempts", "MaximumRetryAttempts"),
        ] {
            set(&mut properties, to, function.get(from).cloned());
        }
        let id = format!("{}LambdaEvConf", function.id);
        self.put_for(
            function,
            &id,
            "AWS::Lambda::EventInvokeConfig",
            origin,
            properties,
        );
    }

    /// Lets a function send to a destination.
    pub(crate) fn let_send(&mut self, function: &Function, target: &Node, arn: &Node) {
        let written = target.as_str().unwrap_or_default();
        let action = match text(target, "type") {
            Some("sqs") => "sqs:SendMessage",
            Some("sns") => "sns:Publish",
            Some("eventBus") => "events:PutEvents",
            Some("function") => "lambda:InvokeFunction",
            _ if written.contains(":sqs:") => "sqs:SendMessage",
            _ if written.contains(":sns:") => "sns:Publish",
            _ if written.contains(":event-bus/") => "events:PutEvents",
            _ if !written.is_empty() => "lambda:InvokeFunction",
            _ => return,
        };
        self.grant(function, &target.origin, &[action], arn.clone());
    }
}

/// The settings of a URL for other origins, with the framework's defaults.
fn url_cors(cors: &Node) -> Node {
    const HEADERS: [&str; 6] = [
        "Content-Type",
        "X-Amz-Date",
        "Authorization",
        "X-Api-Key",
        "X-Amz-Security-Token",
        "X-Amzn-Trace-Id",
    ];
    let origin = &cors.origin;
    let mut made = obj!(origin;);
    for (from, to, usual) in [
        ("allowedOrigins", "AllowOrigins", &["*"][..]),
        ("allowedHeaders", "AllowHeaders", &HEADERS),
        ("allowedMethods", "AllowMethods", &["*"]),
    ] {
        match cors.get(from) {
            Some(value) if value.is_null() => {}
            Some(value) => made.insert(to, value.clone()),
            None => made.insert(to, list!(origin;)),
        }
        if let (None, Some(list)) = (cors.get(from), made.get_mut(to)) {
            let texts = usual.iter().map(|text| Node::string(*text, origin.clone()));
            *list = Node::seq(texts.collect(), origin.clone());
        }
    }
    for (from, to) in [
        ("allowCredentials", "AllowCredentials"),
        ("exposedResponseHeaders", "ExposeHeaders"),
        ("maxAge", "MaxAge"),
    ] {
        set(&mut made, to, get(cors, from).cloned());
    }
    made
}

fn number(value: u32, origin: &Origin) -> Node {
    crate::make::IntoNode::into_node(value, origin)
}
