//! The preflight answer that `Cors` adds to every path. It must not touch a path that answers OPTIONS
//! itself.

use super::by_property;
use crate::cfn::sam::Ctx;
use crate::cfn::sam::make::{IntoNode, field, is_intrinsic, is_true, list, obj, size, truthy};
use crate::cfn::sam::resources::Source;
use crate::cfn::sam::swagger::{self, INTEGRATION};
use palisade_core::Origin;
use palisade_syntax::Node;
use std::collections::BTreeSet;

const METHODS: &str = "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT";

/// Adds the preflight answers.
pub(super) fn add(ctx: &mut Ctx<'_>, source: &Source, cors: &Node, body: &mut Node) {
    let origin = by_property(source, "Cors");
    let all = "'*'".into_node(&origin);
    let detailed = cors.as_map().is_some() && !is_intrinsic(cors);
    if !detailed && cors.as_str().is_none() && !is_intrinsic(cors) {
        ctx.problem(origin.span, "`Cors` must be a text or a map");
        return;
    }
    let setting = |name: &str| field(cors, name).filter(|_| detailed);
    if detailed {
        for entry in cors.as_map().unwrap_or_default() {
            let known = [
                "AllowMethods",
                "AllowHeaders",
                "AllowOrigin",
                "MaxAge",
                "AllowCredentials",
            ];
            if !known.contains(&&*entry.key.name) {
                let message = format!("`{}` is not a setting of `Cors`", entry.key.name);
                ctx.problem(entry.key.origin.span, message);
            }
        }
    }
    let allowed = if detailed {
        setting("AllowOrigin").unwrap_or(&all)
    } else {
        cors
    };
    let credentials = setting("AllowCredentials").is_some_and(is_true);
    if credentials && allowed.as_str() == Some("'*'") {
        let message = "credentials cannot be allowed to every origin; SAM refuses this";
        ctx.problem(origin.span, message);
        return;
    }
    let count = body
        .get("paths")
        .and_then(Node::as_map)
        .map_or(0, <[_]>::len);
    if !ctx.afford(size(cors).saturating_mul(count), origin.span) {
        return;
    }
    let mut done = BTreeSet::new();
    let paths = body.get_mut("paths").and_then(Node::as_map_mut);
    for path in paths.into_iter().flatten() {
        let plain = match &*path.key.name {
            "/" => "/",
            name => name.trim_end_matches('/'),
        };
        if !done.insert(plain.to_owned()) {
            continue;
        }
        for branch in swagger::branches_mut(&mut path.value) {
            if branch.as_map().is_none() || branch.get("options").is_some() {
                continue;
            }
            let methods = match setting("AllowMethods").filter(|methods| truthy(methods)) {
                Some(methods) => methods.clone(),
                None => format!("'{}'", answered(branch)).into_node(&origin),
            };
            let headers = setting("AllowHeaders").filter(|headers| truthy(headers));
            let values = [
                (
                    "Access-Control-Allow-Origin",
                    Some(allowed.clone()),
                    "string",
                ),
                ("Access-Control-Allow-Headers", headers.cloned(), "string"),
                ("Access-Control-Allow-Methods", Some(methods), "string"),
                (
                    "Access-Control-Max-Age",
                    setting("MaxAge").cloned(),
                    "integer",
                ),
                (
                    "Access-Control-Allow-Credentials",
                    credentials.then(|| "'true'".into_node(&origin)),
                    "string",
                ),
            ];
            branch.insert("options", answer(&origin, values));
        }
    }
}

/// The methods of a path, and OPTIONS.
fn answered(item: &Node) -> String {
    let methods = item.as_map().unwrap_or_default().iter();
    let mut methods: BTreeSet<String> = methods.map(|e| e.key.name.to_uppercase()).collect();
    if methods.contains(&swagger::ANY.to_uppercase()) {
        return METHODS.to_owned();
    }
    methods.insert("OPTIONS".to_owned());
    let methods: Vec<String> = methods.into_iter().collect();
    methods.join(",")
}

fn answer(origin: &Origin, values: [(&str, Option<Node>, &str); 5]) -> Node {
    let mut parameters = obj!(origin;);
    let mut headers = obj!(origin;);
    for (name, value, kind) in values {
        if let Some(value) = value {
            parameters.insert(format!("method.response.header.{name}"), value);
            headers.insert(name, obj!(origin; "type" => kind));
        }
    }
    let request = obj!(origin; "application/json" => "{\n  \"statusCode\" : 200\n}\n");
    let default = obj!(origin;
        "statusCode" => "200",
        "responseParameters" => parameters,
        "responseTemplates" => obj!(origin; "application/json" => "{}\n"),
    );
    obj!(origin;
        "summary" => "CORS support",
        "consumes" => list!(origin; "application/json"),
        "produces" => list!(origin; "application/json"),
        INTEGRATION => obj!(origin;
            "type" => "mock",
            "requestTemplates" => request,
            "responses" => obj!(origin; "default" => default),
        ),
        "responses" => obj!(origin; "200" => obj!(origin;
            "description" => "Default response for CORS method",
            "headers" => headers,
        )),
    )
}
