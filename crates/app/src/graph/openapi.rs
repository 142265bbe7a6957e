//! Routes of an API that is described by an OpenAPI (2.0 or 3.x) body.

use super::Authentication;
use crate::lookup::leaves;
use crate::value::{Data, Reason, ReasonKind, Value};
use palisade_core::Origin;

/// The methods that an OpenAPI path item can hold, with API Gateway's own for all of them.
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];
const ANY: &str = "x-amazon-apigateway-any-method";

pub(super) struct Operation<'a> {
    pub(super) method: String,
    pub(super) path: &'a str,
    pub(super) at: &'a Origin,
    pub(super) authentication: Authentication,
    pub(super) authentication_at: &'a Origin,
    pub(super) integration: Option<&'a Value>,
    pub(super) validated: bool,
}

/// Every operation of a body; nothing when the body is not known.
pub(super) fn operations<'a>(body: &'a Value, fallback: &'a Origin) -> Vec<Operation<'a>> {
    let mut found = Vec::new();
    let top_validator = validates(body, body);
    for path in body.get("paths").map_or(&[][..], Value::entries) {
        for entry in path.value.entries() {
            let key = entry.key.to_ascii_lowercase();
            if !METHODS.contains(&key.as_str()) && key != ANY {
                continue;
            }
            let operation = &entry.value;
            let (authentication, authentication_at) =
                authentication(body, operation, &entry.key_origin);
            found.push(Operation {
                method: if key == ANY {
                    "ANY".to_owned()
                } else {
                    key.to_uppercase()
                },
                path: &path.key,
                at: if entry.key_origin.span == palisade_core::Span::default() {
                    fallback
                } else {
                    &entry.key_origin
                },
                authentication,
                authentication_at,
                integration: operation.get("x-amazon-apigateway-integration"),
                validated: validates(body, operation).unwrap_or(top_validator == Some(true)),
            });
        }
    }
    found
}

fn validates(body: &Value, holder: &Value) -> Option<bool> {
    let name = holder
        .get("x-amazon-apigateway-request-validator")?
        .as_text()?;
    let validator = body
        .get("x-amazon-apigateway-request-validators")?
        .get(name)?;
    let on = |key| validator.get(key).and_then(Value::as_bool) == Some(true);
    Some(on("validateRequestBody") || on("validateRequestParameters"))
}

fn authentication<'a>(
    body: &'a Value,
    operation: &'a Value,
    at: &'a Origin,
) -> (Authentication, &'a Origin) {
    // API Gateway's own way to ask for signatures.
    for holder in [operation, body] {
        if let Some(auth) = holder.get("x-amazon-apigateway-auth") {
            let kind = auth
                .get("type")
                .and_then(Value::as_text)
                .unwrap_or_default();
            if kind.eq_ignore_ascii_case("aws_iam") {
                return (Authentication::Iam, &auth.origin);
            }
        }
    }
    let Some(security) = operation
        .entry("security")
        .or_else(|| body.entry("security"))
    else {
        return (Authentication::None, at);
    };
    let at = &security.key_origin;
    // The weakest decides: of the conditions, and of several requirements one suffices.
    let mut weakest: Option<Authentication> = None;
    let mut consider = |found: Authentication| {
        if weakest.as_ref().is_none_or(|w| rank(&found) < rank(w)) {
            weakest = Some(found);
        }
    };
    for leaf in leaves(&security.value, "", at) {
        if let Data::Unknown(reason) = &leaf.value.data {
            consider(Authentication::Unknown(reason.clone()));
            continue;
        }
        if leaf.value.items().is_empty() {
            consider(Authentication::None);
        }
        for requirement in leaf.value.items() {
            let schemes = requirement.entries().iter();
            let strongest = schemes
                .map(|scheme| self::scheme(body, &scheme.key))
                .max_by_key(rank);
            consider(strongest.unwrap_or(Authentication::None));
        }
    }
    (weakest.unwrap_or(Authentication::None), at)
}

/// How much an authentication asks for; the least decides.
pub(super) fn rank(authentication: &Authentication) -> u8 {
    match authentication {
        Authentication::None => 0,
        Authentication::ApiKey => 1,
        Authentication::Unknown(_) => 2,
        Authentication::Custom => 3,
        Authentication::Token => 4,
        Authentication::Iam | Authentication::Provider | Authentication::NotNeeded => 5,
    }
}

fn scheme(body: &Value, name: &str) -> Authentication {
    let schemes = [
        body.get("securityDefinitions"),
        body.get("components")
            .and_then(|c| c.get("securitySchemes")),
    ];
    let Some(scheme) = schemes.into_iter().flatten().find_map(|s| s.get(name)) else {
        // SAM and API Gateway know these names without a definition.
        return match name {
            "sigv4" | "AWS_IAM" => Authentication::Iam,
            "api_key" => Authentication::ApiKey,
            // How SAM writes that a route has no authorizer.
            "NONE" => Authentication::None,
            _ => Authentication::Unknown(Reason::new(
                ReasonKind::Undeclared,
                format!("security scheme `{name}` is not defined in the API"),
            )),
        };
    };
    let text = |value: Option<&Value>| {
        value
            .and_then(Value::as_text)
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    let authtype = text(scheme.get("x-amazon-apigateway-authtype"));
    let authorizer = scheme.get("x-amazon-apigateway-authorizer");
    let kind = text(authorizer.and_then(|a| a.get("type")));
    match (authtype.as_str(), kind.as_str()) {
        ("awssigv4", _) => Authentication::Iam,
        ("cognito_user_pools", _) | (_, "cognito_user_pools" | "jwt") => Authentication::Token,
        (_, "token" | "request") => Authentication::Custom,
        _ if authorizer.is_some() || !authtype.is_empty() => Authentication::Custom,
        _ => match text(scheme.get("type")).as_str() {
            "apikey" => Authentication::ApiKey,
            "oauth2" | "openidconnect" if authorizer.is_some() => Authentication::Token,
            // Declared, but nothing in the gateway verifies it.
            _ => Authentication::None,
        },
    }
}
