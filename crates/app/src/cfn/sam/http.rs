//! `AWS::Serverless::HttpApi`: the HTTP API with its definition, stage, authorizers and domain.

use super::function::{location, note_reference};
use super::make::{
    IntoNode, entry, field, get_att, given, intrinsic, is_alphanumeric, is_intrinsic, is_no_value,
    is_true, list, list_under, map_under, obj, reference, size, text, truthy,
};
use super::resources::{Res, Source};
use super::rest::auth::{authorizer_uri, identity_sources};
use super::rest::{self, auth};
use super::{Ctx, Result, SamProblem, hash, swagger};
use palisade_core::{Origin, ViaKind};
use palisade_syntax::{Data, Entry, Node};
use std::sync::Arc;

const KNOWN: [&str; 18] = [
    "Name",
    "StageName",
    "Tags",
    "PropagateTags",
    "DefinitionBody",
    "DefinitionUri",
    "StageVariables",
    "CorsConfiguration",
    "AccessLogSettings",
    "DefaultRouteSettings",
    "Auth",
    "RouteSettings",
    "Domain",
    "FailOnWarnings",
    "Description",
    "DisableExecuteApiEndpoint",
    "DefaultStage",
    "__MANAGE_SWAGGER",
];

/// The tag that SAM puts on what it makes of an HTTP API.
const TAG: &str = "httpapi:createdBy";

fn by_property(source: &Source, name: &str) -> Origin {
    let property = source.node.get("Properties").and_then(|p| p.entry(name));
    let key = property.map_or(&source.key, |entry| &entry.key.origin);
    let what = format!("{name} of HTTP API {}", source.id);
    key.through(ViaKind::Transform(Arc::from(what)), key.span)
}

/// Makes everything that an HTTP API deploys.
pub(super) fn make(ctx: &mut Ctx<'_>, source: &Source) -> Result<Vec<Res>> {
    ctx.check_properties(source, &KNOWN);
    let mut api = source.main("AWS::ApiGatewayV2::Api", "HTTP API");
    let origin = api.origin.clone();
    let uri = source.given("DefinitionUri");
    let mut body = source.given("DefinitionBody").cloned();
    let mut tags = None;
    if let Some(body) = &mut body {
        let valid = swagger::is_valid(body, false);
        if valid {
            tags = define(ctx, source, body, &origin);
        } else if !is_intrinsic(body) {
            ctx.problem(
                body.origin.span,
                "the definition of an HTTP API must be OpenAPI 3",
            );
        }
    }
    match (uri, body) {
        (Some(uri), body) => {
            if body.is_some() {
                let message =
                    "`DefinitionUri` and `DefinitionBody` exclude each other; the body is not used";
                ctx.problem(uri.origin.span, message);
            }
            let place = location(ctx, uri, ["Bucket", "Key", "Version"]);
            api.set("BodyS3Location", place);
            for name in ["Auth", "CorsConfiguration", "Name", "Description", "Tags"] {
                if source.given(name).is_some() {
                    let span = by_property(source, name).span;
                    ctx.problem(span, format!("`{name}` works only with `DefinitionBody`"));
                }
            }
        }
        (None, Some(body)) => api.set("Body", body),
        (None, None) => ctx.problem(source.span(), "an HTTP API needs a definition"),
    }
    api.copy_given(source.props(), &["FailOnWarnings"]);
    let mut made = vec![api];
    made.extend(authorizer_permissions(source));
    let domain_tags = tags.as_ref().filter(|_| source.given("Tags").is_some());
    let own_tag = obj!(&origin; TAG => "SAM");
    made.extend(domain(
        ctx,
        source,
        domain_tags.unwrap_or(&own_tag),
        source.passed_on(),
        true,
    )?);
    let default = "$default".into_node(&origin);
    let stage_name = source.given("StageName").unwrap_or(&default);
    let id = match stage_name.as_str().unwrap_or_default() {
        "$default" => format!("{}ApiGatewayDefaultStage", source.id),
        name if is_alphanumeric(name) => format!("{}{name}Stage", source.id),
        name => hash::named_text(&format!("{}Stage", source.id), name),
    };
    let mut stage = Res::new(id, "AWS::ApiGatewayV2::Stage", &origin, source.passed_on());
    stage.set("ApiId", reference(&origin, &source.id));
    stage.set("StageName", stage_name);
    stage.copy(
        source.props(),
        &[
            "StageVariables",
            "AccessLogSettings",
            "DefaultRouteSettings",
            "RouteSettings",
        ],
    );
    stage.opt("Tags", tags.as_ref().or_else(|| source.given("Tags")));
    stage.set("AutoDeploy", true);
    made.push(stage);
    for (name, kind) in [
        ("Stage", "AWS::ApiGatewayV2::Stage"),
        ("DomainName", "AWS::ApiGatewayV2::DomainName"),
    ] {
        note_reference(ctx, &source.id, name, kind, &made);
    }
    Ok(made)
}

/// Adds to the definition what the other properties say; gives the tags of the API.
fn define(ctx: &mut Ctx<'_>, source: &Source, body: &mut Node, origin: &Origin) -> Option<Node> {
    if let Some(cors) = source.given("CorsConfiguration") {
        add_cors(ctx, source, cors, body);
    }
    if let Some(settings) = source.given("Auth") {
        add_auth(ctx, source, settings, body);
    }
    let mut tags = obj!(origin;);
    for tag in source
        .given("Tags")
        .and_then(Node::as_map)
        .unwrap_or_default()
    {
        tags.as_map_mut()?.push(tag.clone());
    }
    tags.insert(TAG, "SAM".into_node(origin));
    if body
        .get("tags")
        .is_some_and(|tags| !tags.is_null() && tags.as_seq().is_none())
    {
        ctx.problem(origin.span, "`tags` of the definition must be a list");
    } else if let Some(all) = list_under(body, "tags", origin) {
        for tag in tags.as_map().unwrap_or_default() {
            let name = &*tag.key.name;
            match all
                .iter_mut()
                .find(|known| text(known, "name") == Some(name))
            {
                Some(known) => known.insert("x-amazon-apigateway-tag-value", tag.value.clone()),
                None => all.push(obj!(&tag.key.origin;
                    "name" => name,
                    "x-amazon-apigateway-tag-value" => &tag.value,
                )),
            }
        }
    }
    if let Some(disabled) = source.prop("DisableExecuteApiEndpoint") {
        let origin = by_property(source, "DisableExecuteApiEndpoint");
        rest::disable_endpoint(body, disabled, &origin, true);
    }
    for (property, key) in [("Name", "title"), ("Description", "description")] {
        let Some(value) = source.given(property) else {
            continue;
        };
        let own = body.at(&["info", key]);
        let untouched = match property {
            "Name" => own.is_some_and(|title| text(title, "Ref") == Some("AWS::StackName")),
            _ => own.is_none_or(|own| !truthy(own)),
        };
        if !untouched {
            let message = format!("`{property}` cannot be set: the definition has its own");
            ctx.problem(by_property(source, property).span, message);
        } else if let Some(info) = map_under(body, "info", origin) {
            info.insert(key, value.clone());
        }
    }
    if source.given("FailOnWarnings").is_some()
        && let Some(paths) = body.get_mut("paths").and_then(Node::as_map_mut)
    {
        for path in paths
            .iter_mut()
            .filter(|path| &*path.key.name == "$default")
        {
            path.key.name = Arc::from("/$default");
        }
    }
    Some(tags)
}

fn add_cors(ctx: &mut Ctx<'_>, source: &Source, cors: &Node, body: &mut Node) {
    const FIELDS: [(&str, &str); 6] = [
        ("AllowOrigins", "allowOrigins"),
        ("AllowHeaders", "allowHeaders"),
        ("AllowMethods", "allowMethods"),
        ("ExposeHeaders", "exposeHeaders"),
        ("MaxAge", "maxAge"),
        ("AllowCredentials", "allowCredentials"),
    ];
    let origin = by_property(source, "CorsConfiguration");
    let mut made = obj!(&origin;);
    if is_true(cors) {
        made.insert("allowOrigins", list!(&origin; "*"));
    } else if let Some((name, argument)) = intrinsic(cors) {
        let mut argument = argument.clone();
        lower_keys(&mut argument, &FIELDS);
        made.insert(name, argument);
    } else if let Some(entries) = cors.as_map() {
        let origins = field(cors, "AllowOrigins");
        let credentials = field(cors, "AllowCredentials").is_some_and(is_true);
        let all = origins.and_then(Node::as_seq);
        if credentials && all.is_some_and(|all| all.iter().any(|o| o.as_str() == Some("*"))) {
            let message = "credentials cannot be allowed to every origin; SAM refuses this";
            ctx.problem(origin.span, message);
        }
        for setting in entries {
            let Some((name, key)) = FIELDS.iter().find(|(name, _)| *name == &*setting.key.name)
            else {
                let message = format!("`{}` is not a setting of CORS", setting.key.name);
                ctx.problem(setting.key.origin.span, message);
                continue;
            };
            let wanted = match *name {
                "MaxAge" => !setting.value.is_null(),
                "AllowCredentials" => is_true(&setting.value),
                _ => truthy(&setting.value),
            };
            if let Some(made) = made.as_map_mut().filter(|_| wanted) {
                made.push(entry(*key, setting.value.clone(), &setting.key.origin));
            }
        }
    } else {
        ctx.problem(origin.span, "`CorsConfiguration` must be true or a map");
        return;
    }
    if let Some(all) = map_under(body, "x-amazon-apigateway-cors", &origin) {
        for setting in made.as_map().unwrap_or_default() {
            all.insert(setting.key.name.clone(), setting.value.clone());
        }
    } else {
        ctx.problem(
            origin.span,
            "the definition's own CORS settings must be a map",
        );
    }
    if made.as_map().is_none_or(<[Entry]>::is_empty) {
        body.insert("x-amazon-apigateway-cors", made);
    }
}

fn lower_keys(node: &mut Node, fields: &[(&str, &str)]) {
    match &mut node.data {
        Data::Seq(items) => items.iter_mut().for_each(|item| lower_keys(item, fields)),
        Data::Map(entries) => {
            for entry in entries {
                if let Some((_, key)) = fields.iter().find(|(name, _)| *name == &*entry.key.name) {
                    entry.key.name = Arc::from(*key);
                }
                lower_keys(&mut entry.value, fields);
            }
        }
        _ => {}
    }
}

fn authorizers(source: &Source) -> &[Entry] {
    let authorizers = source
        .given("Auth")
        .and_then(|auth| given(auth, "Authorizers"));
    authorizers.and_then(Node::as_map).unwrap_or_default()
}

fn add_auth(ctx: &mut Ctx<'_>, source: &Source, settings: &Node, body: &mut Node) {
    let origin = by_property(source, "Auth");
    for setting in settings.as_map().unwrap_or_default() {
        let known = ["Authorizers", "DefaultAuthorizer", "EnableIamAuthorizer"];
        if !known.contains(&&*setting.key.name) {
            let message = format!("`{}` is not a setting of `Auth`", setting.key.name);
            ctx.problem(setting.key.origin.span, message);
        }
    }
    let signed = settings.get("EnableIamAuthorizer").is_some_and(is_true);
    let authorizers = authorizers(source);
    if signed || !authorizers.is_empty() {
        let components = map_under(body, "components", &origin);
        if let Some(schemes) = components.and_then(|c| map_under(c, "securitySchemes", &origin)) {
            if signed {
                let mut scheme = swagger::iam_security(&origin);
                scheme.insert("name", "Authorization".into_node(&origin));
                schemes.insert("AWS_IAM", scheme);
            }
            for authorizer in authorizers {
                if let Some(scheme) = scheme(ctx, authorizer) {
                    schemes.insert(authorizer.key.name.clone(), scheme);
                }
            }
        } else {
            ctx.problem(
                origin.span,
                "the definition's own security schemes must be a map",
            );
        }
    }
    let Some(default) = given(settings, "DefaultAuthorizer").filter(|node| !is_no_value(node))
    else {
        return;
    };
    let name = default.as_str().unwrap_or_default();
    let found = authorizers.iter().find(|entry| &*entry.key.name == name);
    if found.is_none() && !(signed && name == "AWS_IAM") {
        let message = format!("`{name}` is not one of the `Authorizers`");
        ctx.problem(default.origin.span, message);
        return;
    }
    let scopes = found.and_then(|found| field(&found.value, "AuthorizationScopes"));
    let at = &default.origin;
    let scopes = match (scopes, found) {
        (Some(scopes), _) => scopes.clone(),
        _ => list!(at;),
    };
    let count = body.get("paths").map_or(0, size);
    if !ctx.afford(size(&scopes).saturating_mul(count) / 8, default.origin.span) {
        return;
    }
    let item = obj!(at; name => scopes);
    swagger::each_method(body, |method, definition| {
        if method != "options" && !swagger::has(definition, "security") {
            swagger::set_security(definition, vec![item.clone()], at);
        }
    });
}

/// An authorizer in the words of a definition.
fn scheme(ctx: &mut Ctx<'_>, authorizer: &Entry) -> Option<Node> {
    let (name, value) = (&authorizer.key.name, &authorizer.value);
    let span = authorizer.key.origin.span;
    if value.as_map().is_none() {
        ctx.problem(span, format!("the authorizer `{name}` must be a map"));
        return None;
    }
    let step = ViaKind::Transform(Arc::from(format!("authorizer {name}")));
    let origin = &authorizer.key.origin.through(step, span);
    if let Some(jwt) = given(value, "JwtConfiguration") {
        let mut configuration = jwt.clone();
        for entry in configuration.as_map_mut().into_iter().flatten() {
            entry.key.name = Arc::from(entry.key.name.to_lowercase());
        }
        let Some(from) = field(value, "IdentitySource") else {
            ctx.problem(
                span,
                format!("the authorizer `{name}` needs `IdentitySource`"),
            );
            return None;
        };
        let inner = obj!(origin;
            "jwtConfiguration" => configuration,
            "identitySource" => from,
            "type" => "jwt",
        );
        return Some(obj!(origin; "type" => "oauth2", "x-amazon-apigateway-authorizer" => inner));
    }
    for needed in ["FunctionArn", "AuthorizerPayloadFormatVersion"] {
        if given(value, needed).is_none() {
            ctx.problem(span, format!("the authorizer `{name}` needs `{needed}`"));
        }
    }
    let mut inner = obj!(origin;
        "type" => "request",
        "authorizerUri" => authorizer_uri(ctx, value, origin),
    );
    if let Some(role) = given(value, "FunctionInvokeRole")
        && role.as_str() != Some("NONE")
    {
        inner.insert("authorizerCredentials", role.clone());
    }
    if let Some(identity) = given(value, "Identity") {
        if let Some(ttl) = field(identity, "ReauthorizeEvery") {
            inner.insert("authorizerResultTtlInSeconds", ttl.clone());
        }
        let sources = identity_sources(
            identity,
            [
                ("Headers", "$request.header."),
                ("QueryStrings", "$request.querystring."),
                ("StageVariables", "$stageVariables."),
                ("Context", "$context."),
            ],
        );
        inner.insert("identitySource", sources.into_node(&identity.origin));
    }
    if let Some(version) = field(value, "AuthorizerPayloadFormatVersion") {
        inner.insert("authorizerPayloadFormatVersion", version.clone());
    }
    if let Some(simple) = given(value, "EnableSimpleResponses") {
        inner.insert("enableSimpleResponses", simple.clone());
    }
    Some(obj!(origin;
        "type" => "apiKey",
        "name" => "Unused",
        "in" => "header",
        "x-amazon-apigateway-authorizer" => inner,
    ))
}

fn authorizer_permissions(source: &Source) -> Vec<Res> {
    let wanted = authorizers(source).iter().filter_map(|authorizer| {
        given(&authorizer.value, "EnableFunctionDefaultPermissions")?;
        let function = given(&authorizer.value, "FunctionArn")?;
        Some(auth::permission(
            source,
            authorizer,
            function,
            "${AWS::Partition}",
        ))
    });
    wanted.collect()
}

/// The domain of an HTTP or WebSocket API.
pub(super) fn domain(
    ctx: &mut Ctx<'_>,
    source: &Source,
    tags: &Node,
    attributes: Vec<Entry>,
    shares_records: bool,
) -> Result<Vec<Res>> {
    let Some(domain) = source.prop("Domain") else {
        return Ok(Vec::new());
    };
    let origin = by_property(source, "Domain");
    let wrong = |message: &str| SamProblem {
        span: origin.span,
        message: message.to_owned(),
    };
    let (Some(name), Some(certificate)) =
        (field(domain, "DomainName"), field(domain, "CertificateArn"))
    else {
        return Err(wrong("`Domain` needs `DomainName` and `CertificateArn`"));
    };
    let regional = "REGIONAL".into_node(&origin);
    let endpoint = field(domain, "EndpointConfiguration").unwrap_or(&regional);
    if endpoint.as_str() != Some("REGIONAL") {
        return Err(wrong("the endpoint of this `Domain` must be REGIONAL"));
    }
    let new = |id: String, kind| Res::new(id, kind, &origin, attributes.clone());
    let id = hash::named("ApiGatewayDomainNameV2", name);
    let mut res = new(id, "AWS::ApiGatewayV2::DomainName");
    let mut configuration =
        obj!(&origin; "CertificateArn" => certificate, "EndpointType" => endpoint);
    for property in ["OwnershipVerificationCertificateArn", "SecurityPolicy"] {
        if let Some(value) = given(domain, property) {
            configuration.insert(property, value.clone());
        }
    }
    res.set("DomainName", name);
    res.set("DomainNameConfigurations", list!(&origin; configuration));
    if let Some(tls) = given(domain, "MutualTlsAuthentication") {
        res.set("MutualTlsAuthentication", rest::mutual_tls(ctx, tls));
    }
    res.set("Tags", tags);
    let id = res.id.clone();
    let mut made = vec![res];
    let paths = given(domain, "BasePath")
        .map(super::make::as_list)
        .unwrap_or_default();
    let paths: Vec<Option<Node>> = if paths.is_empty() {
        vec![None]
    } else {
        paths.into_iter().map(Some).collect()
    };
    for path in paths {
        let text = path.as_ref().map_or(Some(""), Node::as_str);
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_');
        let Some(text) = text.filter(|text| text.chars().all(allowed)) else {
            ctx.problem(
                origin.span,
                "a base path must be a text of letters, digits, `/`, `-` and `_`",
            );
            continue;
        };
        let suffix: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        let id_of_mapping = format!("{}{suffix}ApiMapping", source.id);
        let mut mapping = new(id_of_mapping, "AWS::ApiGatewayV2::ApiMapping");
        mapping.set("DomainName", reference(&origin, &id));
        mapping.set("ApiId", reference(&origin, &source.id));
        mapping.set("Stage", reference(&origin, format!("{}.Stage", source.id)));
        if let Some(path) = &path {
            mapping.set(
                "ApiMappingKey",
                text.trim_matches('/').into_node(&path.origin),
            );
        }
        made.push(mapping);
    }
    if let Some(route53) = field(domain, "Route53") {
        let zone = field(route53, "HostedZoneId").or_else(|| field(route53, "HostedZoneName"));
        let Some(zone) = zone else {
            return Err(wrong("`Route53` needs `HostedZoneId` or `HostedZoneName`"));
        };
        let mut alias = obj!(&origin;);
        if let Some(health) = field(route53, "EvaluateTargetHealth") {
            alias.insert("EvaluateTargetHealth", health.clone());
        }
        alias.insert(
            "HostedZoneId",
            get_att(&origin, &id, "RegionalHostedZoneId"),
        );
        alias.insert("DNSName", get_att(&origin, &id, "RegionalDomainName"));
        let sets = rest::record_sets(route53, name, &alias, &origin);
        let group_id = hash::named("RecordSetGroup", zone);
        let which = if field(route53, "HostedZoneId").is_some() {
            "HostedZoneId"
        } else {
            "HostedZoneName"
        };
        if !shares_records && ctx.record_sets.remove(&group_id).is_some() {
            let message =
                "SAM puts the DNS records of this API over those of another in the same zone";
            ctx.problem(origin.span, message);
        }
        let group = || {
            let mut group = new(group_id.clone(), "AWS::Route53::RecordSetGroup");
            group.copy(route53.as_map().unwrap_or_default(), &[which]);
            group
        };
        rest::gather(ctx, &group_id, group, sets);
    }
    if is_intrinsic(domain) {
        ctx.problem(origin.span, "`Domain` must be written out");
    }
    Ok(made)
}
