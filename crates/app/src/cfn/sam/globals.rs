//! `Globals` merged into the resources that they are for. What a resource says itself wins over what
//! is shared, maps become one, lists are joined with the shared items first. A merged value must always
//! say that it came through `Globals`: a fix belongs there, not at the function.

use super::Ctx;
use super::make::{is_intrinsic, size};
use palisade_core::{Origin, Span, ViaKind};
use palisade_syntax::{Data, Entry, Key, Node};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many values the merging may make in all; a small file must not become a large tree.
const MAX_MERGED: usize = 400_000;

/// The sections and the properties that SAM shares.
const SECTIONS: [(&str, &[&str]); 8] = [
    (
        "Function",
        &[
            "Handler",
            "Runtime",
            "CodeUri",
            "DeadLetterQueue",
            "Description",
            "MemorySize",
            "Timeout",
            "VpcConfig",
            "Environment",
            "Tags",
            "PropagateTags",
            "Tracing",
            "KmsKeyArn",
            "AutoPublishAlias",
            "AutoPublishAliasAllProperties",
            "Layers",
            "DeploymentPreference",
            "RolePath",
            "PermissionsBoundary",
            "ReservedConcurrentExecutions",
            "ProvisionedConcurrencyConfig",
            "AssumeRolePolicyDocument",
            "EventInvokeConfig",
            "FileSystemConfigs",
            "CodeSigningConfigArn",
            "Architectures",
            "SnapStart",
            "EphemeralStorage",
            "FunctionUrlConfig",
            "RuntimeManagementConfig",
            "LoggingConfig",
            "RecursiveLoop",
            "SourceKMSKeyArn",
            "TenancyConfig",
            "DurableConfig",
            "CapacityProviderConfig",
            "FunctionScalingConfig",
            "PublishToLatestPublished",
            "VersionDeletionPolicy",
        ],
    ),
    (
        "Api",
        &[
            "Auth",
            "Name",
            "DefinitionUri",
            "CacheClusterEnabled",
            "CacheClusterSize",
            "MergeDefinitions",
            "Variables",
            "EndpointConfiguration",
            "MethodSettings",
            "BinaryMediaTypes",
            "MinimumCompressionSize",
            "Cors",
            "GatewayResponses",
            "AccessLogSetting",
            "CanarySetting",
            "TracingEnabled",
            "OpenApiVersion",
            "Domain",
            "AlwaysDeploy",
            "PropagateTags",
            "SecurityPolicy",
            "EndpointAccessMode",
        ],
    ),
    (
        "HttpApi",
        &[
            "Auth",
            "AccessLogSettings",
            "StageVariables",
            "Tags",
            "CorsConfiguration",
            "DefaultRouteSettings",
            "Domain",
            "RouteSettings",
            "FailOnWarnings",
            "PropagateTags",
        ],
    ),
    ("SimpleTable", &["SSESpecification"]),
    ("StateMachine", &["PropagateTags"]),
    ("LayerVersion", &["PublishLambdaVersion"]),
    (
        "CapacityProvider",
        &[
            "VpcConfig",
            "OperatorRole",
            "Tags",
            "InstanceRequirements",
            "ScalingConfig",
            "KmsKeyArn",
            "PropagateTags",
        ],
    ),
    (
        "WebSocketApi",
        &[
            "AccessLogSettings",
            "ApiKeySelectionExpression",
            "DefaultRouteSettings",
            "DisableExecuteApiEndpoint",
            "DisableSchemaValidation",
            "Domain",
            "FailOnWarnings",
            "IpAddressType",
            "PropagateTags",
            "RouteSelectionExpression",
            "RouteSettings",
            "StageVariables",
            "Tags",
        ],
    ),
];

/// Merges the `Globals` section into the resources of its types.
pub(super) fn merge(ctx: &mut Ctx<'_>, globals: Option<Entry>) {
    let Some(globals) = globals else { return };
    let span = globals.key.origin.span;
    let Some(sections) = globals.value.as_map() else {
        if !globals.value.is_null() {
            ctx.problem(span, "`Globals` must be a map of resource types");
        }
        return;
    };
    let mut shared: BTreeMap<String, (Vec<Entry>, usize)> = BTreeMap::new();
    for section in sections {
        let name = &*section.key.name;
        let Some((_, supported)) = SECTIONS.iter().find(|(known, _)| *known == name) else {
            let message = format!("`Globals` has no section `{name}`; it was left out");
            ctx.problem(section.key.origin.span, message);
            continue;
        };
        let Some(properties) = section.value.as_map() else {
            let message = format!("`{name}` in `Globals` must be a map of properties");
            ctx.problem(section.key.origin.span, message);
            continue;
        };
        for property in properties {
            if !supported.contains(&&*property.key.name) {
                let key = &property.key.name;
                let message = format!("`{key}` cannot be set in `Globals` for `{name}`");
                ctx.problem(property.key.origin.span, message);
            }
        }
        let mut properties: Vec<Entry> = properties.to_vec();
        for property in &mut properties {
            mark(&mut property.key.origin, span);
            mark_all(&mut property.value, span);
        }
        let size = properties.iter().map(|p| size(&p.value)).sum();
        shared.insert(format!("AWS::Serverless::{name}"), (properties, size));
    }
    let mut problems = Vec::new();
    let mut merged = 0_usize;
    for resource in ctx.resources.iter_mut() {
        let kind = super::make::text(&resource.value, "Type").unwrap_or_default();
        let Some((properties, size)) = shared.get(kind) else {
            continue;
        };
        merged = merged.saturating_add(*size);
        if merged > MAX_MERGED {
            let message = "`Globals` is too large to be merged into every resource";
            problems.push((resource.key.origin.span, message.to_owned()));
            break;
        }
        let mut properties = properties.clone();
        match resource.value.get("IgnoreGlobals").map(|n| (&n.data, n)) {
            None | Some((Data::Null, _)) => {}
            Some((Data::String(all), _)) if &**all == "*" => continue,
            Some((Data::Seq(names), _)) => {
                let ignored = |entry: &Entry| {
                    let mut names = names.iter().filter_map(Node::as_str);
                    names.any(|name| name == &*entry.key.name)
                };
                properties.retain(|entry| !ignored(entry));
            }
            Some((_, node)) => problems.push((
                node.origin.span,
                "`IgnoreGlobals` must be `*` or a list of property names".to_owned(),
            )),
        }
        let local = resource.value.get_mut("Properties");
        match local {
            Some(Node {
                data: Data::Map(local),
                ..
            }) => *local = merge_maps(properties, std::mem::take(local)),
            Some(node) if !node.is_null() => {}
            _ => {
                let origin = resource.key.origin.clone();
                let node = Node::new(Data::Map(properties), origin);
                resource.value.insert("Properties", node);
            }
        }
    }
    for (span, message) in problems {
        ctx.problem(span, message);
    }
}

fn mark(origin: &mut Origin, span: Span) {
    *origin = origin.through(ViaKind::Globals, span);
}

fn mark_all(node: &mut Node, span: Span) {
    mark(&mut node.origin, span);
    match &mut node.data {
        Data::Seq(items) => items.iter_mut().for_each(|item| mark_all(item, span)),
        Data::Map(entries) => {
            for entry in entries {
                mark(&mut entry.key.origin, span);
                mark_all(&mut entry.value, span);
            }
        }
        _ => {}
    }
}

fn merge_maps(shared: Vec<Entry>, local: Vec<Entry>) -> Vec<Entry> {
    let mut merged = shared;
    let places: BTreeMap<Arc<str>, usize> = merged
        .iter()
        .enumerate()
        .map(|(at, entry)| (entry.key.name.clone(), at))
        .collect();
    for entry in local {
        match places.get(&entry.key.name) {
            Some(at) => {
                let Entry { key, value } = &mut merged[*at];
                *value = merge_values(std::mem::take(value), entry.value);
                *key = Key {
                    name: entry.key.name,
                    origin: entry.key.origin,
                };
            }
            None => merged.push(entry),
        }
    }
    merged
}

fn merge_values(shared: Node, local: Node) -> Node {
    if is_intrinsic(&shared) || is_intrinsic(&local) {
        return local;
    }
    match (shared.data, local.data) {
        (Data::Map(shared), Data::Map(own)) => {
            Node::new(Data::Map(merge_maps(shared, own)), local.origin)
        }
        (Data::Seq(mut shared), Data::Seq(own)) => {
            shared.extend(own);
            Node::new(Data::Seq(shared), local.origin)
        }
        (_, data) => Node {
            data,
            origin: local.origin,
            tag: local.tag,
        },
    }
}
