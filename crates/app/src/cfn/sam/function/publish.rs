//! How a function is published: its alias and version, and its URL. A URL that asks nobody who they are
//! must show as the permission for everybody that it is.

use crate::cfn::sam::Ctx;
use crate::cfn::sam::event::Target;
use crate::cfn::sam::hash;
use crate::cfn::sam::make::{IntoNode, given, is_intrinsic, list, logical_id, obj, text, truthy};
use crate::cfn::sam::resources::{Res, Source};
use palisade_core::ViaKind;
use palisade_syntax::{Data, Node};
use std::sync::Arc;

/// Alias and version: the alias's id and its name.
pub(super) fn alias(
    ctx: &mut Ctx<'_>,
    source: &Source,
    function: &mut Res,
    made: &mut Vec<Res>,
) -> Option<(Arc<str>, Node)> {
    let wanted = source.given("AutoPublishAlias")?;
    let origin = wanted.origin.through(
        ViaKind::Transform(Arc::from(format!("alias of function {}", source.id))),
        wanted.origin.span,
    );
    let name = ctx.params.resolve(wanted);
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let fits = |name: &&str| name.chars().all(allowed) && !name.chars().all(|c| c.is_ascii_digit());
    let Some(plain) = name.as_str().filter(fits) else {
        let message = "`AutoPublishAlias` must be a name or a parameter with a name as its value";
        ctx.problem(wanted.origin.span, message);
        return None;
    };
    let sha = source
        .given("AutoPublishCodeSha256")
        .map(|sha| ctx.params.resolve(sha));
    let sha_text = sha.as_ref().and_then(Node::as_str);
    if let (Some(sha), None) = (&sha, sha_text) {
        ctx.problem(sha.origin.span, "`AutoPublishCodeSha256` must be a text");
    }
    if let (Some(sha), Some(text)) = (&sha, sha_text) {
        let description = source
            .given("Description")
            .map(|text| ctx.params.resolve(text));
        let described = match description {
            None => sha.clone(),
            Some(given) => match given.as_str() {
                Some(given_text) => format!("{given_text} {text}").into_node(&given.origin),
                None => {
                    let parts = list!(&given.origin; &given, sha);
                    obj!(&given.origin; "Fn::Join" => list!(&given.origin; " ", parts))
                }
            },
        };
        function.set("Description", described);
    }
    if let Some(code) = function.props.iter_mut().find(|p| &*p.key.name == "Code") {
        ctx.params.resolve_mut(&mut code.value);
    }
    let prefix = format!("{}Version", source.id);
    let id = match sha_text {
        Some(sha) => format!("{prefix}{}", sha.chars().take(10).collect::<String>()),
        None => hash::named(&prefix, &version_identity(ctx, source, function)),
    };
    let mut version = Res::new(id, "AWS::Lambda::Version", &origin, source.passed_on());
    if version
        .attributes
        .iter()
        .all(|a| &*a.key.name != "DeletionPolicy")
    {
        match source.prop("VersionDeletionPolicy") {
            Some(policy) => version.attribute("DeletionPolicy", policy),
            None if source.prop("CapacityProviderConfig").is_some() => {
                version.attribute("DeletionPolicy", "Delete");
            }
            None => version.attribute("DeletionPolicy", "Retain"),
        }
    }
    version.set("FunctionName", function.reference());
    version.opt("Description", source.prop("VersionDescription"));
    if source.prop("CapacityProviderConfig").is_some() {
        version.opt(
            "FunctionScalingConfig",
            source.prop("FunctionScalingConfig"),
        );
    }
    let suffix = plain.replace('-', "D").replace('_', "U");
    let id: Arc<str> = Arc::from(format!("{}Alias{suffix}", source.id));
    let mut alias = Res::new(
        id.clone(),
        "AWS::Lambda::Alias",
        &origin,
        source.passed_on(),
    );
    alias.set("Name", &name);
    alias.set("FunctionName", function.reference());
    alias.set("FunctionVersion", version.att("Version"));
    alias.opt(
        "ProvisionedConcurrencyConfig",
        source.given("ProvisionedConcurrencyConfig"),
    );
    made.push(version);
    made.push(alias);
    Some((id, name))
}

/// What a new version is made for when it changes.
fn version_identity(ctx: &Ctx<'_>, source: &Source, function: &Res) -> Node {
    let origin = &function.origin;
    if source.given("AutoPublishAliasAllProperties").is_some() {
        let mut all = Node::new(Data::Map(function.props.clone()), origin.clone());
        let layers = function.prop("Layers").and_then(Node::as_seq);
        for layer in layers.unwrap_or_default() {
            let Some(id) = logical_id(layer) else {
                continue;
            };
            let properties = ctx.resources.get(id).and_then(|l| l.get("Properties"));
            if let Some(properties) = properties
                && given(properties, "PublishLambdaVersion").is_some()
            {
                all.insert(id, properties.clone());
            }
        }
        return all;
    }
    let code = function.prop("Code").filter(|code| code.as_map().is_some());
    let mut identity = code.cloned().unwrap_or_else(|| obj!(origin;));
    let environment = function.prop("Environment").and_then(Node::as_map);
    for entry in environment.unwrap_or_default() {
        identity.insert(entry.key.name.clone(), entry.value.clone());
    }
    if let Some(size) = function.prop("MemorySize").filter(|size| truthy(size)) {
        identity.insert("MemorySize", size.clone());
    }
    if let Some(start) = function.prop("SnapStart")
        && text(start, "ApplyOn").is_some_and(|on| on != "None")
    {
        identity.insert("SnapStart", start.clone());
    }
    identity
}

/// The URL of a function, and who may call it.
pub(super) fn url(
    ctx: &mut Ctx<'_>,
    source: &Source,
    config: &Node,
    target: &Target,
    made: &mut Vec<Res>,
) {
    let property = source
        .node
        .get("Properties")
        .and_then(|p| p.entry("FunctionUrlConfig"));
    let key = property.map_or(&source.key, |entry| &entry.key.origin);
    let origin = key.through(
        ViaKind::Transform(Arc::from(format!("URL of function {}", source.id))),
        key.span,
    );
    let auth = config.get("AuthType");
    let known = matches!(auth.and_then(Node::as_str), Some("AWS_IAM" | "NONE"));
    if !known && !auth.is_some_and(is_intrinsic) && !is_intrinsic(config) {
        ctx.problem(
            key.span,
            "a function URL needs an `AuthType` of AWS_IAM or NONE",
        );
    }
    let new = |id: &str, kind| {
        let id = format!("{}{id}", source.id);
        Res::new(id, kind, &origin, source.passed_on())
    };
    let called = target.name(&origin);
    let mut url = new("Url", "AWS::Lambda::Url");
    url.opt("Cors", given(config, "Cors"));
    url.opt("AuthType", auth);
    url.set("TargetFunctionArn", &called);
    url.opt("InvokeMode", config.get("InvokeMode"));
    made.push(url);
    if let Some(auth) = auth.filter(|auth| auth.as_str() == Some("NONE")) {
        let origin = auth.origin.through(
            ViaKind::Transform(Arc::from(format!("URL of function {}", source.id))),
            key.span,
        );
        let new = |id: &str| {
            let id = format!("{}{id}", source.id);
            let mut res = Res::new(id, "AWS::Lambda::Permission", &origin, source.passed_on());
            res.set("FunctionName", target.name(&origin));
            res.set("Principal", "*");
            res
        };
        let mut public = new("UrlPublicPermissions");
        public.set("Action", "lambda:InvokeFunctionUrl");
        public.set("FunctionUrlAuthType", auth);
        let mut invoke = new("URLInvokeAllowPublicAccess");
        invoke.set("Action", "lambda:InvokeFunction");
        invoke.set("InvokedViaFunctionUrl", true);
        made.extend([public, invoke]);
    }
}
