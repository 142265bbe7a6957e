//! `AWS::Serverless::Api`: the REST API with its definition, deployment, stage, authorizers, domain and
//! usage plan. What the person wrote in the definition stays; what SAM adds must say why it is there.

pub(super) mod auth;
mod cors;
mod domain;
pub(super) use domain::{gather, mutual_tls, record_sets};
pub(super) mod policy;
mod usage;

use super::function::{location, note_reference, propagate_tags};
use super::hash;
use super::make::{
    IntoNode, field, get_att, given, is_alphanumeric, is_intrinsic, list, list_under, map_under,
    obj, reference, tag_list, text,
};
use super::resources::{Res, Source};
use super::swagger;
use super::{Ctx, Result, SamProblem};
use palisade_core::{Origin, ViaKind};
use palisade_syntax::{Data, Node};
use std::sync::Arc;
pub(super) use usage::SharedPlan;

const KNOWN: [&str; 33] = [
    "Name",
    "StageName",
    "Tags",
    "PropagateTags",
    "DefinitionBody",
    "DefinitionUri",
    "MergeDefinitions",
    "CacheClusterEnabled",
    "CacheClusterSize",
    "Variables",
    "EndpointConfiguration",
    "MethodSettings",
    "BinaryMediaTypes",
    "MinimumCompressionSize",
    "Cors",
    "Auth",
    "GatewayResponses",
    "AccessLogSetting",
    "CanarySetting",
    "TracingEnabled",
    "OpenApiVersion",
    "Models",
    "Domain",
    "FailOnWarnings",
    "Description",
    "Mode",
    "DisableExecuteApiEndpoint",
    "ApiKeySourceType",
    "AlwaysDeploy",
    "Policy",
    "SecurityPolicy",
    "EndpointAccessMode",
    "__MANAGE_SWAGGER",
];

/// Settles parameters in what SAM decides by, and the version of definitions that SAM writes.
pub(super) fn choose_versions(ctx: &mut Ctx<'_>) {
    for resource in ctx.resources.iter_mut() {
        let names: &[&str] = match text(&resource.value, "Type") {
            Some("AWS::Serverless::Api") => &["Auth", "Domain", "BinaryMediaTypes"],
            Some("AWS::Serverless::HttpApi") => &["CorsConfiguration", "Domain"],
            Some("AWS::Serverless::WebSocketApi") => &["Auth", "Domain", "Routes"],
            _ => continue,
        };
        let rest = text(&resource.value, "Type") == Some("AWS::Serverless::Api");
        let managed = ctx.managed.contains(&resource.key.name);
        let Some(properties) = resource.value.get_mut("Properties") else {
            continue;
        };
        for name in names {
            if let Some(value) = properties.get_mut(name) {
                ctx.params.resolve_mut(value);
            }
        }
        let version = field(properties, "OpenApiVersion").filter(|v| swagger::is_version_3(v));
        let version = version.and_then(|v| Some(v.scalar_text()?.as_ref().into_node(&v.origin)));
        if let Some(version) = version.filter(|_| managed && rest)
            && let Some(body) = properties.get_mut("DefinitionBody")
        {
            body.remove("swagger");
            body.insert("openapi", version);
        }
    }
}

/// Origin of what a property of an API makes.
fn by_property(source: &Source, name: &str) -> Origin {
    let property = source.node.get("Properties").and_then(|p| p.entry(name));
    let key = property.map_or(&source.key, |entry| &entry.key.origin);
    let what = format!("{name} of API {}", source.id);
    key.through(ViaKind::Transform(Arc::from(what)), key.span)
}

/// Makes everything that a REST API deploys.
pub(super) fn make(ctx: &mut Ctx<'_>, source: &Source) -> Result<Vec<Res>> {
    ctx.check_properties(source, &KNOWN);
    let mut api = source.main("AWS::ApiGateway::RestApi", "API");
    let origin = api.origin.clone();
    let uri = source.given("DefinitionUri");
    let mut body = source.given("DefinitionBody").cloned();
    if let (Some(uri), Some(_)) = (uri, &body) {
        let message =
            "`DefinitionUri` and `DefinitionBody` exclude each other; the body is not used";
        ctx.problem(uri.origin.span, message);
    }
    api.copy(
        source.props(),
        &["BinaryMediaTypes", "MinimumCompressionSize"],
    );
    endpoint(ctx, source, &mut api);
    if let Some(body) = &mut body {
        if body.as_map().is_some() && !is_intrinsic(body) {
            define(ctx, source, body);
        } else {
            let what =
                "adds to a definition that is included from elsewhere, so that it cannot be seen";
            body_only(ctx, source, what);
        }
    } else {
        body_only(ctx, source, "works only with `DefinitionBody`");
    }
    let content = match (uri, body) {
        (Some(uri), _) => {
            let place = location(ctx, uri, ["Bucket", "Key", "Version"]);
            api.set("BodyS3Location", &place);
            Some(place)
        }
        (None, Some(body)) => {
            api.set("Body", &body);
            Some(body)
        }
        _ => None,
    };
    api.copy_given(
        source.props(),
        &[
            "FailOnWarnings",
            "Name",
            "Description",
            "Mode",
            "ApiKeySourceType",
            "Policy",
            "SecurityPolicy",
            "EndpointAccessMode",
        ],
    );
    let mut made = vec![api];
    let domain = domain::make(ctx, source)?;
    let (deployment, stage) = publish(ctx, source, content.as_ref(), &origin)?;
    let stage_id = stage.id.clone();
    made.extend([deployment, stage]);
    made.extend(auth::permissions(ctx, source));
    made.extend(domain.before);
    made.extend(usage::make(ctx, source, &stage_id));
    made.extend(domain.after);
    propagate_tags(ctx, source, &mut made);
    for (name, kind) in [
        ("Stage", "AWS::ApiGateway::Stage"),
        ("Deployment", "AWS::ApiGateway::Deployment"),
        ("DomainName", "AWS::ApiGateway::DomainName"),
        ("DomainNameV2", "AWS::ApiGateway::DomainNameV2"),
        ("UsagePlan", "AWS::ApiGateway::UsagePlan"),
        ("UsagePlanKey", "AWS::ApiGateway::UsagePlanKey"),
        ("ApiKey", "AWS::ApiGateway::ApiKey"),
    ] {
        note_reference(ctx, &source.id, name, kind, &made);
    }
    Ok(made)
}

/// Says which properties do nothing without a definition.
fn body_only(ctx: &mut Ctx<'_>, source: &Source, what: &str) {
    for name in [
        "Cors",
        "Auth",
        "GatewayResponses",
        "Models",
        "DisableExecuteApiEndpoint",
    ] {
        if source.given(name).is_some() {
            let span = by_property(source, name).span;
            ctx.problem(span, format!("`{name}` {what}"));
        }
    }
}

/// Adds to the definition what the other properties say.
fn define(ctx: &mut Ctx<'_>, source: &Source, body: &mut Node) {
    let valid = swagger::is_valid(body, true);
    if !valid {
        body_only(ctx, source, "needs a valid definition");
    }
    if let Some(cors) = source.given("Cors").filter(|_| valid) {
        cors::add(ctx, source, cors, body);
    }
    if let Some(auth) = source.given("Auth").filter(|_| valid) {
        auth::add(ctx, source, auth, body);
        modernize(source, body);
    }
    if let Some(responses) = source.given("GatewayResponses").filter(|_| valid) {
        gateway_responses(ctx, source, responses, body);
    }
    if let Some(types) = source.given("BinaryMediaTypes") {
        let mut types = types.clone();
        unescape(&mut types);
        body.insert("x-amazon-apigateway-binary-media-types", types);
    }
    if let Some(models) = source.given("Models").filter(|_| valid) {
        let origin = by_property(source, "Models");
        if let Some(all) = map_under(body, "definitions", &origin) {
            for model in models.as_map().unwrap_or_default() {
                if given(&model.value, "type").is_none() {
                    let message =
                        format!("the model `{}` needs a map with a `type`", model.key.name);
                    ctx.problem(model.key.origin.span, message);
                }
                all.insert(model.key.name.to_lowercase(), model.value.clone());
            }
        }
        modernize(source, body);
    }
    if let Some(disabled) = source.prop("DisableExecuteApiEndpoint").filter(|_| valid) {
        let origin = by_property(source, "DisableExecuteApiEndpoint");
        let three = given(body, "openapi").is_some_and(swagger::is_version_3);
        disable_endpoint(body, disabled, &origin, three);
    }
    modernize(source, body);
}

/// Turns the default endpoint of an API off or on.
pub(super) fn disable_endpoint(body: &mut Node, disabled: &Node, origin: &Origin, servers: bool) {
    const KEY: &str = "x-amazon-apigateway-endpoint-configuration";
    let set = |place: &mut Node| {
        if let Some(configuration) = map_under(place, KEY, origin) {
            configuration.insert("disableExecuteApiEndpoint", disabled.clone());
        }
    };
    if !servers {
        set(body);
        return;
    }
    if body.get("servers").is_none() {
        body.insert("servers", list!(origin; obj!(origin;)));
    }
    if let Some(servers) = list_under(body, "servers", origin) {
        servers.iter_mut().for_each(set);
    }
}

/// `~1` stands for a slash in media types.
fn unescape(node: &mut Node) {
    match &mut node.data {
        Data::String(text) if text.contains("~1") => *text = Arc::from(text.replace("~1", "/")),
        Data::Seq(items) => items.iter_mut().for_each(unescape),
        Data::Map(entries) => {
            for entry in entries {
                if entry.key.name.contains("~1") {
                    entry.key.name = Arc::from(entry.key.name.replace("~1", "/"));
                }
                unescape(&mut entry.value);
            }
        }
        _ => {}
    }
}

/// Moves what Swagger 2 has to where `OpenAPI` 3 has it.
fn modernize(source: &Source, body: &mut Node) {
    if field(body, "swagger").is_some() {
        return;
    }
    let version = field(body, "openapi").or_else(|| source.prop("OpenApiVersion"));
    if !version.is_some_and(swagger::is_version_3) {
        return;
    }
    for (from, to) in [
        ("securityDefinitions", "securitySchemes"),
        ("definitions", "schemas"),
    ] {
        if !swagger::has(body, from) {
            continue;
        }
        let Some(moved) = body.remove(from) else {
            continue;
        };
        let origin = moved.value.origin.clone();
        if let Some(components) = map_under(body, "components", &origin) {
            components.insert(to, moved.value);
        }
    }
    let paths = body.get_mut("paths").and_then(Node::as_map_mut);
    for path in paths.into_iter().flatten() {
        let Some(options) = path.value.get_mut("options") else {
            continue;
        };
        options.remove("produces");
        options.remove("consumes");
        let headers = options
            .get_mut("responses")
            .and_then(|responses| responses.get_mut("200")?.get_mut("headers")?.as_map_mut());
        for header in headers.into_iter().flatten() {
            let origin = header.value.origin.clone();
            let inner = std::mem::take(&mut header.value);
            header.value = obj!(&origin; "schema" => inner);
        }
    }
}

fn endpoint(ctx: &mut Ctx<'_>, source: &Source, api: &mut Res) {
    let edge = !(ctx.partition().starts_with("aws-iso")
        || matches!(ctx.partition(), "aws-us-gov" | "aws-cn" | "aws-eusc"));
    let regional = "REGIONAL".into_node(&api.origin);
    let Some(given_value) = source.given("EndpointConfiguration") else {
        if !edge {
            let types = list!(&api.origin; &regional);
            let at = regional.origin.clone();
            api.set("EndpointConfiguration", obj!(&at; "Types" => types));
            api.set(
                "Parameters",
                obj!(&at; "endpointConfigurationTypes" => regional),
            );
        }
        return;
    };
    let origin = &given_value.origin;
    let kind = given(given_value, "Type").unwrap_or(given_value);
    let mut configuration = obj!(origin; "Types" => list!(origin; kind));
    if given(given_value, "Type").is_some() {
        let endpoints = [
            given(given_value, "VPCEndpointIds"),
            given(given_value, "VpcEndpointIds"),
        ];
        if endpoints.iter().all(Option::is_some) {
            let message = "`VPCEndpointIds` and `VpcEndpointIds` are the same; give one of them";
            ctx.problem(origin.span, message);
        }
        if let Some(ids) = endpoints.into_iter().flatten().next() {
            configuration.insert("VpcEndpointIds", ids.clone());
        }
        if let Some(address) = given_value.get("IpAddressType") {
            configuration.insert("IpAddressType", address.clone());
        }
    }
    api.set("EndpointConfiguration", configuration);
    api.set(
        "Parameters",
        obj!(origin; "endpointConfigurationTypes" => kind),
    );
}

fn gateway_responses(ctx: &mut Ctx<'_>, source: &Source, responses: &Node, body: &mut Node) {
    let origin = by_property(source, "GatewayResponses");
    let key = "x-amazon-apigateway-gateway-responses";
    let Some(all) = map_under(body, key, &origin) else {
        return;
    };
    for response in responses.as_map().unwrap_or_default() {
        let (name, value) = (&response.key.name, &response.value);
        if value.as_map().is_none() || is_intrinsic(value) {
            let message = format!("the gateway response `{name}` must be a map");
            ctx.problem(response.key.origin.span, message);
            continue;
        }
        let at = &value.origin;
        let mut parameters = obj!(at;);
        let given_parameters = given(value, "ResponseParameters");
        for (property, prefix) in [
            ("Headers", "header"),
            ("Paths", "path"),
            ("QueryStrings", "querystring"),
        ] {
            let values = given_parameters
                .and_then(|p| given(p, property))
                .and_then(Node::as_map);
            for entry in values.unwrap_or_default() {
                let name = format!("gatewayresponse.{prefix}.{}", entry.key.name);
                parameters.insert(name, entry.value.clone());
            }
        }
        let none = obj!(at;);
        let templates = given(value, "ResponseTemplates").unwrap_or(&none);
        let mut made =
            obj!(at; "responseParameters" => parameters, "responseTemplates" => templates);
        if let Some(code) = given(value, "StatusCode") {
            let code_text = code.scalar_text().unwrap_or_default();
            let fits =
                matches!(code_text.len(), 1..=3) && code_text.bytes().all(|b| b.is_ascii_digit());
            if !fits {
                ctx.problem(
                    code.origin.span,
                    "`StatusCode` must be a number of three digits",
                );
            }
            made.insert("statusCode", (&code_text).into_node(&code.origin));
        }
        all.insert(name.clone(), made);
    }
}

/// Deployment and stage.
fn publish(
    ctx: &mut Ctx<'_>,
    source: &Source,
    content: Option<&Node>,
    origin: &Origin,
) -> Result<(Res, Res)> {
    let Some(stage_name) = source.prop("StageName") else {
        return Err(SamProblem {
            span: source.span(),
            message: format!("API `{}` needs a `StageName`", source.id),
        });
    };
    let base = format!("{}Deployment", source.id);
    let kind = "AWS::ApiGateway::Deployment";
    let mut deployment = Res::new(base.as_str(), kind, origin, source.passed_on());
    deployment.set("RestApiId", reference(origin, &source.id));
    let version = source.given("OpenApiVersion");
    if let Some(version) = version
        && !version.scalar_text().is_some_and(|v| is_version(&v))
    {
        ctx.problem(version.origin.span, "`OpenApiVersion` must be like `3.0.1`");
    }
    if version.is_none() {
        deployment.set("StageName", "Stage");
    }
    if let Some(content) = content {
        let mut identity = hash::canonical(content);
        for more in [version, source.given("Domain")].into_iter().flatten() {
            identity.push_str("||");
            identity.push_str(&hash::canonical(more));
        }
        let digest = hash::sha1(identity.as_bytes());
        deployment.id = Arc::from(hash::with_digest(&base, &digest));
        deployment.set("Description", format!("RestApi deployment id: {digest}"));
    }
    let name = stage_name.as_str().unwrap_or_default();
    let id = if is_alphanumeric(name) {
        format!("{}{name}Stage", source.id)
    } else {
        hash::named_text(&format!("{}Stage", source.id), name)
    };
    let mut stage = Res::new(id, "AWS::ApiGateway::Stage", origin, source.passed_on());
    stage.set("RestApiId", reference(origin, &source.id));
    stage.set("DeploymentId", reference(origin, &deployment.id));
    stage.copy(
        source.props(),
        &[
            "StageName",
            "CacheClusterEnabled",
            "CacheClusterSize",
            "Variables",
            "MethodSettings",
            "AccessLogSetting",
            "CanarySetting",
            "TracingEnabled",
        ],
    );
    if let Some(tags) = source.prop("Tags") {
        stage.set("Tags", tag_list(origin, Some(tags)));
    }
    Ok((deployment, stage))
}

fn is_version(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let digits = parts
        .iter()
        .all(|p| p.len() == 1 && p.as_bytes()[0].is_ascii_digit());
    digits && matches!(parts.len(), 2 | 3) && matches!(parts[0], "2" | "3")
}

/// An attribute of a domain that SAM makes.
fn domain_att(origin: &Origin, id: &str, name: &str) -> Node {
    get_att(origin, id, name)
}
