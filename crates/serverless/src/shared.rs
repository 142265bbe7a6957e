//! What belongs to the whole service beside its functions and events: layers, the bucket that
//! deployments are uploaded to, and the person's own `resources`.

use crate::build::{Build, extent};
use crate::make::{at, entry, get, is_function, items, list, merge_deep, obj, set, tags, truthy};
use crate::names::normalized;
use palisade_app::cfn::{self, Owner};
use palisade_core::Origin;
use palisade_syntax::{Data, Node};
use std::sync::Arc;

/// Sections of a template that `resources` may hold.
const SECTIONS: [&str; 6] = [
    "Parameters",
    "Mappings",
    "Conditions",
    "Transform",
    "Rules",
    "Metadata",
];

/// Keys beside the framework's own by which plugins declare resources.
const PLUGINS: [(&str, &str); 5] = [
    ("stepFunctions", "serverless-step-functions"),
    ("appSync", "serverless-appsync-plugin"),
    ("constructs", "serverless-lift"),
    ("alerts", "serverless-plugin-aws-alerts"),
    (
        "apiGatewayServiceProxies",
        "serverless-apigateway-service-proxy",
    ),
];

impl Build {
    /// Makes the layers of the service.
    pub(crate) fn layers(&mut self) {
        let Some(layers) = get(&self.root, "layers").cloned() else {
            return;
        };
        for layer in layers
            .as_map()
            .filter(|_| !is_function(&layers))
            .unwrap_or_default()
        {
            let (key, node) = (&layer.key, &layer.value);
            let origin = &key.origin;
            // The place tells which folder it is relative to.
            let folder = get(node, "path").and_then(Node::as_str).unwrap_or(".");
            let name = get(node, "name").cloned();
            let name = name.unwrap_or_else(|| Node::string(key.name.clone(), origin.clone()));
            let mut properties = obj!(origin;
                "LayerName" => name,
                "Content" => Node::string(folder, self.root.origin.clone()),
            );
            for (from, to) in [
                ("description", "Description"),
                ("licenseInfo", "LicenseInfo"),
                ("compatibleRuntimes", "CompatibleRuntimes"),
                ("compatibleArchitectures", "CompatibleArchitectures"),
            ] {
                set(&mut properties, to, get(node, from).cloned());
            }
            let owner = |generated| Owner {
                name: key.name.clone(),
                kind: Arc::from("layer"),
                extent: extent(origin, node),
                generated: Some(generated),
                metadata: None,
            };
            let id = format!("{}LambdaLayer", normalized(&key.name));
            self.put(
                owner(false),
                &id,
                "AWS::Lambda::LayerVersion",
                origin,
                properties,
            );
            for account in get(node, "allowedAccounts").map(items).unwrap_or_default() {
                let who = account
                    .scalar_text()
                    .unwrap_or_default()
                    .replace('*', "Wild");
                let at = &account.origin;
                let properties = obj!(at;
                    "Action" => "lambda:GetLayerVersion",
                    "LayerVersionArn" => crate::make::reference(at, id.as_str()),
                    "Principal" => account,
                );
                let permission = format!("{}{who}LambdaLayerPermission", normalized(&key.name));
                let kind = "AWS::Lambda::LayerVersionPermission";
                self.put(owner(true), &permission, kind, at, properties);
            }
        }
    }

    /// The bucket for deployments: versions up to 3 make one in the stack where none is named.
    pub(crate) fn deployment_bucket(&mut self) {
        let bucket = self.provided(&["deploymentBucket"]).cloned();
        let named = bucket.as_ref().is_some_and(|bucket| {
            bucket.as_str().is_some() || is_function(bucket) || get(bucket, "name").is_some()
        });
        if named || self.functions.is_empty() || (self.version() > 3 && bucket.is_none()) {
            return;
        }
        const PATH: [&str; 1] = ["deploymentBucket"];
        const ID: &str = "ServerlessDeploymentBucket";
        let origin = &self.place(&PATH);
        let bucket = bucket.unwrap_or_default();
        let encryption = get(&bucket, "serverSideEncryption").cloned();
        let by = obj!(origin; "SSEAlgorithm" =>
            encryption.unwrap_or_else(|| Node::string("AES256", origin.clone())));
        let mut properties = obj!(origin; "BucketEncryption" => obj!(origin;
            "ServerSideEncryptionConfiguration" => list!(origin; obj!(origin;
                "ServerSideEncryptionByDefault" => by))));
        if let Some(on) = get(&bucket, "blockPublicAccess").filter(|on| truthy(Some(on))) {
            let block = obj!(&on.origin;
                "BlockPublicAcls" => true,
                "BlockPublicPolicy" => true,
                "IgnorePublicAcls" => true,
                "RestrictPublicBuckets" => true,
            );
            properties.insert("PublicAccessBlockConfiguration", block);
        }
        if let Some(on) = get(&bucket, "versioning").filter(|on| truthy(Some(on))) {
            let on = obj!(&on.origin; "Status" => "Enabled");
            properties.insert("VersioningConfiguration", on);
        }
        if let Some(log) = get(&bucket, "accessLog") {
            let mut made = obj!(&log.origin;);
            set(
                &mut made,
                "DestinationBucketName",
                get(log, "bucket").cloned(),
            );
            set(&mut made, "LogFilePrefix", get(log, "prefix").cloned());
            properties.insert("LoggingConfiguration", made);
        }
        set(&mut properties, "Tags", get(&bucket, "tags").map(tags));
        self.put_provided(&PATH, ID, "AWS::S3::Bucket", properties);
        if truthy(get(&bucket, "skipPolicySetup")) {
            return;
        }
        let arn = |end: &str| {
            crate::make::sub(
                origin,
                format!("arn:${{AWS::Partition}}:s3:::${{{ID}}}{end}"),
            )
        };
        let statement = obj!(origin;
            "Action" => "s3:*",
            "Effect" => "Deny",
            "Principal" => "*",
            "Resource" => list!(origin; arn("/*"), arn("")),
            "Condition" => obj!(origin; "Bool" => obj!(origin; "aws:SecureTransport" => false)),
        );
        let policy = obj!(origin;
            "Bucket" => crate::make::reference(origin, ID),
            "PolicyDocument" => obj!(origin; "Statement" => list!(origin; statement)),
        );
        let id = "ServerlessDeploymentBucketPolicy";
        self.put_provided(&PATH, id, "AWS::S3::BucketPolicy", policy);
    }

    /// Notes what is declared in ways that are not read.
    pub(crate) fn note_plugins(&mut self) {
        if let Some(syntax) = self.provided(&["variableSyntax"]) {
            let origin = syntax.origin.clone();
            let message =
                "variables in a syntax of one's own are not resolved: they stand as texts";
            self.problem(&origin, message);
        }
        let custom = get(&self.root, "custom").cloned().unwrap_or_default();
        for (key, plugin) in PLUGINS {
            let entry = self.root.entry(key).or_else(|| custom.entry(key));
            if let Some(origin) = entry.map(|entry| entry.key.origin.clone()) {
                let message = format!(
                    "what `{key}` declares for the plugin {plugin} is not read; package the service and scan `.serverless`"
                );
                self.problem(&origin, message);
            }
        }
    }

    /// The template: what was made, with the person's `resources` and `extensions`.
    pub(crate) fn template(&mut self) -> Node {
        let origin = self.root.origin.clone();
        let mut written = Node::new(Data::Map(Vec::new()), origin.clone());
        if let Some(resources) = get(&self.root, "resources").cloned() {
            for part in items(&resources) {
                match cfn::why_unknown(part) {
                    Some(_) => {
                        self.problem(&part.origin, "resources that are not known are left out");
                    }
                    None => merge_deep(&mut written, part.clone(), 0),
                }
            }
        }
        let extensions = written.remove("extensions").map(|entry| entry.value);
        let extensions = extensions.or_else(|| written.remove("Extensions").map(|e| e.value));
        for resource in self.sections(&written, "Resources") {
            let id = &resource.key.name;
            if is_function(&resource.value) || resource.value.as_map().is_none() {
                if !resource.value.is_null() {
                    self.problem(
                        &resource.key.origin,
                        format!("what `{id}` is, is not known"),
                    );
                }
                continue;
            }
            match self.resource(id) {
                // The person may change what the framework makes.
                Some(made) => merge_deep(made, resource.value, 0),
                None => self.append(resource),
            }
        }
        for extension in extensions
            .iter()
            .flat_map(|e| e.as_map().unwrap_or_default())
        {
            self.extend(extension);
        }
        let outputs = self.sections(&written, "Outputs");
        let mut outputs_all = std::mem::take(&mut self.outputs);
        outputs_all.extend(outputs);
        let mut template = obj!(&origin;);
        for section in SECTIONS {
            set(&mut template, section, get(&written, section).cloned());
        }
        let resources = std::mem::take(&mut self.resources);
        template.insert("Resources", Node::new(Data::Map(resources), origin.clone()));
        template.insert("Outputs", Node::new(Data::Map(outputs_all), origin));
        template
    }

    fn sections(&mut self, written: &Node, name: &str) -> Vec<palisade_syntax::Entry> {
        let mut all = Node::new(Data::Map(Vec::new()), Origin::default());
        for part in get(written, name).map(items).unwrap_or_default() {
            match cfn::why_unknown(part) {
                Some(_) => {
                    let message = format!("a part of `{name}` is not known and is left out");
                    self.problem(&part.origin, message);
                }
                None => merge_deep(&mut all, part.clone(), 0),
            }
        }
        match all.data {
            Data::Map(entries) => entries,
            _ => Vec::new(),
        }
    }

    /// Changes a resource that the framework makes; properties are replaced one by one.
    fn extend(&mut self, extension: &palisade_syntax::Entry) {
        let id = extension.key.name.clone();
        if self.resource(&id).is_none() {
            let message = format!("`{id}` is extended, but the service makes no such resource");
            self.problem(&extension.key.origin, message);
            return;
        }
        for attribute in extension.value.as_map().unwrap_or_default() {
            let Some(resource) = self.resource(&id) else {
                return;
            };
            let name = &attribute.key.name;
            match (&**name, resource.get_mut(name)) {
                ("Properties" | "Metadata", Some(known)) => {
                    for property in attribute.value.as_map().unwrap_or_default() {
                        known.remove(&property.key.name);
                        if let Some(entries) = known.as_map_mut() {
                            entries.push(property.clone());
                        }
                    }
                }
                _ => {
                    resource.remove(name);
                    if let Some(entries) = resource.as_map_mut() {
                        let origin = &attribute.key.origin;
                        entries.push(entry(name.clone(), attribute.value.clone(), origin));
                    }
                }
            }
        }
    }

    /// Values that are given to the stack's parameters.
    pub(crate) fn stack_parameters(&self) -> Vec<(String, String)> {
        let given = at(&self.provider, &["stackParameters"])
            .map(items)
            .unwrap_or_default();
        let pair = |node: &&Node| {
            let key = get(node, "ParameterKey")?.scalar_text()?;
            let value = get(node, "ParameterValue")?.scalar_text()?;
            Some((key.to_string(), value.to_string()))
        };
        given.iter().filter_map(pair).collect()
    }
}
