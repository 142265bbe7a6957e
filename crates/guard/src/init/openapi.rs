//! A draft from an `OpenAPI` document and API Gateway's extensions in it (`x-amazon-apigateway-…`).

use super::{
    Accept, Callers, CognitoToken, Contract as Table, Cors, Draft, Issuer, METHODS, Noted, Route,
    Setting, Target, name,
};
use crate::validate::Contract;
use palisade_core::{Origin, Sources};
use palisade_syntax::Node;
use std::collections::BTreeMap;
use std::path::Path;

const ANY: &str = "x-amazon-apigateway-any-method";
const AUTHORIZER: &str = "x-amazon-apigateway-authorizer";
const INTEGRATION: &str = "x-amazon-apigateway-integration";

/// The draft of a document. `file` is its path as `guard.toml` names it; `target` is where functions
/// are reached; `sources` has the document's text, for places.
#[must_use]
pub fn draft(contract: &Contract, file: &str, target: Option<&str>, text: &str) -> Draft {
    let mut sources = Sources::default();
    sources.add(file, text);
    let root = contract.root();
    let title = root.and_then(|root| root.at(&["info", "title"])?.as_str());
    let mut reading = Reading {
        schemes: contract.security_schemes(),
        root,
        file,
        sources,
        title: name(title.unwrap_or("api")),
        draft: Draft {
            from: file.to_owned(),
            ..Draft::default()
        },
    };
    reading.tables(target);
    for operation in contract.operations() {
        let extension = |wanted: &str| {
            let mut all = operation.extensions.iter();
            all.find(|(name, _)| name == wanted).map(|(_, node)| node)
        };
        let asked = Asked {
            method: &operation.method,
            path: &operation.template,
            security: &operation.security,
            integration: extension(INTEGRATION),
            auth: extension("x-amazon-apigateway-auth"),
            contract: true,
            origin: format!(
                "{}:{}",
                Path::new(file)
                    .with_file_name(&*operation.location.file)
                    .display(),
                operation.location.line
            ),
        };
        reading.operation(&asked);
    }
    reading.any_methods();
    reading.draft
}

/// The issuer of a Cognito user pool's tokens, by the pool's ARN.
#[must_use]
pub fn cognito_issuer(arn: &str) -> Option<String> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts[..] {
        ["arn", _, "cognito-idp", region, _, pool] if !region.is_empty() => {
            let pool = pool.strip_prefix("userpool/")?;
            Some(format!("https://cognito-idp.{region}.amazonaws.com/{pool}"))
        }
        _ => None,
    }
}

struct Asked<'a> {
    method: &'a str,
    path: &'a str,
    security: &'a [Vec<(String, Vec<String>)>],
    integration: Option<&'a Node>,
    auth: Option<&'a Node>,
    contract: bool,
    origin: String,
}

struct Reading<'a> {
    schemes: BTreeMap<&'a str, &'a Node>,
    root: Option<&'a Node>,
    file: &'a str,
    sources: Sources,
    title: String,
    draft: Draft,
}

impl Reading<'_> {
    fn at(&self, origin: &Origin) -> String {
        format!("{}:{}", self.file, self.sources.line(origin.span))
    }

    fn tables(&mut self, target: Option<&str>) {
        let servers = self.root.and_then(|root| root.get("servers")?.as_seq());
        let mut server = servers.and_then(|all| all.first()?.get("url"));
        let mut origin = self.file.to_owned();
        if let Some(url) = server.take() {
            origin = self.at(&url.origin);
            let text = url.as_str().unwrap_or_default();
            let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
            if let Some((_, prefix)) = rest.split_once('/')
                && !prefix.is_empty()
            {
                self.draft.left_out.push(Noted {
                    what: format!(
                        "the path `/{prefix}` of the server, which stands before all paths there"
                    ),
                    origin: origin.clone(),
                });
            }
        }
        let url = match target {
            Some(url) => Setting::known(url),
            None => Setting::decide("where the functions are reached, as `https://host`"),
        };
        let target = Target { url, origin };
        self.draft.targets.insert("api".to_owned(), target);
        let table = Table {
            file: self.file.to_owned(),
            text: None,
            keeps: false,
            origin: self.file.to_owned(),
        };
        self.draft.contracts.insert("api".to_owned(), table);
    }

    fn operation(&mut self, asked: &Asked<'_>) {
        let text = |key: &str| asked.integration.and_then(|i| i.get(key)?.as_str());
        if text("type").is_some_and(|kind| kind.eq_ignore_ascii_case("mock")) {
            // What browsers ask before a call is answered by `cors`.
            if asked.method != "OPTIONS" {
                self.draft.left_out.push(Noted {
                    what: format!(
                        "{} {}: the gateway answers by itself",
                        asked.method, asked.path
                    ),
                    origin: asked.origin.clone(),
                });
            }
            return;
        }
        let function = text("uri")
            .and_then(lambda)
            .map_or(self.title.clone(), name);
        let (callers, scopes) = self.callers(asked);
        let is_any = asked.method == "ANY";
        let methods = match is_any {
            true => METHODS.map(str::to_owned).to_vec(),
            false => vec![asked.method.to_owned()],
        };
        let paths = match asked.path {
            "/$default" => vec!["/".to_owned(), "/{proxy+}".to_owned()],
            path => vec![path.to_owned()],
        };
        for path in paths {
            self.draft.routes.push(Route {
                path: Setting::Known(path),
                methods: methods.clone(),
                any: is_any,
                function: function.clone(),
                target: "api".to_owned(),
                callers: callers.clone(),
                scopes: scopes.clone(),
                limits: Vec::new(),
                contract: asked.contract.then(|| Setting::known("api")),
                cors: self.cors(),
                origins: vec![asked.origin.clone()],
                notes: Vec::new(),
            });
        }
    }

    /// `ANY` is no method of `OpenAPI`, so it has no contract.
    fn any_methods(&mut self) {
        let Some(root) = self.root else { return };
        let paths = root.get("paths").and_then(Node::as_map).unwrap_or_default();
        for path in paths {
            let Some(entry) = path.value.entry(ANY) else {
                continue;
            };
            let operation = &entry.value;
            let security = operation.get("security").or_else(|| root.get("security"));
            let asked = Asked {
                method: "ANY",
                path: &path.key.name,
                security: &alternatives(security),
                integration: operation.get(INTEGRATION),
                auth: operation.get("x-amazon-apigateway-auth"),
                contract: false,
                origin: self.at(&entry.key.origin),
            };
            self.operation(&asked);
        }
    }

    fn callers(&mut self, asked: &Asked<'_>) -> (Callers, Vec<Setting>) {
        let auth = asked.auth.and_then(|auth| auth.get("type")?.as_str());
        if auth.is_some_and(|auth| auth.eq_ignore_ascii_case("aws_iam")) {
            return (self.signature(), Vec::new());
        }
        let none = |why: &str| (Callers::Decide(why.to_owned()), Vec::new());
        if asked.security.is_empty() {
            let silent = self.schemes.is_empty() && asked.integration.is_none();
            return match silent {
                true => none("who may call: the document says nothing about it"),
                false => (Callers::Everybody, Vec::new()),
            };
        }
        let mut accepts = Vec::new();
        let mut scopes: Option<&Vec<String>> = None;
        for alternative in asked.security {
            let [(scheme, wanted)] = alternative.as_slice() else {
                return match alternative.is_empty() {
                    true => (Callers::Everybody, Vec::new()),
                    false => {
                        none("which of the credentials: there, several are asked for together")
                    }
                };
            };
            if scopes.is_some_and(|scopes| scopes != wanted) {
                return none("which credential with which scopes: there, they differ");
            }
            scopes = Some(wanted);
            match self.scheme(scheme, wanted) {
                Ok(accept) => accepts.push(accept),
                Err(why) => return (Callers::Decide(why), Vec::new()),
            }
        }
        let scopes = scopes.into_iter().flatten().map(Setting::known).collect();
        (Callers::Who(accepts), scopes)
    }

    fn signature(&mut self) -> Callers {
        let service = "execute-api".to_owned();
        if !self.draft.services.contains(&service) {
            self.draft.services.push(service);
        }
        Callers::Who(vec![Accept::AwsSignature])
    }

    fn scheme(&mut self, called: &str, scopes: &[String]) -> Result<Accept, String> {
        let Some(scheme) = self.schemes.get(called).copied() else {
            return Err(format!(
                "the security scheme `{called}`, which is not defined"
            ));
        };
        let text = |key: &str| scheme.get(key).and_then(Node::as_str).unwrap_or_default();
        let origin = self.at(&scheme.origin);
        if text("x-amazon-apigateway-authtype").eq_ignore_ascii_case("awssigv4") {
            self.signature();
            return Ok(Accept::AwsSignature);
        }
        if let Some(authorizer) = scheme.get(AUTHORIZER) {
            return self.authorizer(called, authorizer, scopes, &origin);
        }
        let issuer = match text("type") {
            "apiKey" if text("in") == "header" => {
                let header = text("name").to_ascii_lowercase();
                return match self.draft.key_header.get_or_insert_with(|| header.clone()) {
                    first if *first == header => Ok(Accept::ApiKey),
                    _ => Err("API keys come in different header fields".to_owned()),
                };
            }
            "apiKey" => {
                return Err(format!(
                    "`{called}` is a key that does not come in a header field"
                ));
            }
            "mutualTLS" => {
                self.draft.trust.insert(name(called), origin);
                return Ok(Accept::Certificate(name(called)));
            }
            "openIdConnect" => {
                let url = text("openIdConnectUrl");
                let known = url.strip_suffix("/.well-known/openid-configuration");
                known.map_or_else(
                    || Setting::decide(format!("the issuer of `{called}`: {url}")),
                    Setting::known,
                )
            }
            "oauth2" => Setting::decide(format!(
                "the issuer of `{called}`, as tokens have it in `iss`"
            )),
            "http" if text("scheme").eq_ignore_ascii_case("bearer") => Setting::decide(format!(
                "the issuer of `{called}`, as tokens have it in `iss`"
            )),
            kind => return Err(format!("`{called}` ({kind}): nothing here verifies that")),
        };
        let audiences = vec![Setting::decide(format!(
            "whom tokens of `{called}` are for"
        ))];
        let issuer = Issuer {
            issuer,
            audiences,
            cognito: None,
            origin,
        };
        Ok(self.draft.issuer(called, issuer))
    }

    fn authorizer(
        &mut self,
        called: &str,
        authorizer: &Node,
        scopes: &[String],
        origin: &str,
    ) -> Result<Accept, String> {
        let kind = authorizer
            .get("type")
            .and_then(Node::as_str)
            .unwrap_or_default();
        let texts = |node: Option<&Node>| -> Vec<String> {
            let list =
                node.and_then(|n| Some(n.as_seq()?.to_vec()).or_else(|| Some(vec![n.clone()])));
            let list = list.unwrap_or_default();
            list.iter()
                .filter_map(|n| n.as_str().map(str::to_owned))
                .collect()
        };
        match kind.to_ascii_lowercase().as_str() {
            "jwt" => {
                let says = |key: &str| authorizer.get("jwtConfiguration").and_then(|c| c.get(key));
                let issuer = says("issuer").and_then(Node::as_str);
                let issuer = issuer.map_or_else(
                    || Setting::decide(format!("the issuer of `{called}`")),
                    Setting::known,
                );
                let mut audiences: Vec<Setting> = texts(says("audience"))
                    .into_iter()
                    .map(Setting::Known)
                    .collect();
                if audiences.is_empty() {
                    audiences.push(Setting::decide(format!(
                        "whom tokens of `{called}` are for"
                    )));
                }
                let issuer = Issuer {
                    cognito: issuer.is_cognito().then_some(CognitoToken::Access),
                    issuer,
                    audiences,
                    origin: origin.to_owned(),
                };
                Ok(self.draft.issuer(called, issuer))
            }
            "cognito_user_pools" => {
                let pools = texts(authorizer.get("providerARNs"));
                let issuer = match pools.as_slice() {
                    [pool] => cognito_issuer(pool),
                    _ => None,
                };
                let issuer = issuer.map_or_else(
                    || {
                        Setting::decide(format!(
                            "the issuer of `{called}`: the user pool {}",
                            pools.join(" or ")
                        ))
                    },
                    Setting::Known,
                );
                let audience = format!("the ids of the app clients of `{called}`");
                let audiences = vec![Setting::decide(audience)];
                let issuer = Issuer {
                    issuer,
                    audiences,
                    cognito: Some(CognitoToken::of_authorizer(!scopes.is_empty())),
                    origin: origin.to_owned(),
                };
                Ok(self.draft.issuer(called, issuer))
            }
            _ => Err(format!(
                "who may call: there, a function decides (`{called}`, {origin})"
            )),
        }
    }

    fn cors(&self) -> Option<Cors> {
        let cors = self.root?.get("x-amazon-apigateway-cors")?;
        let texts = |key: &str| -> Vec<String> {
            let list = cors.get(key).and_then(Node::as_seq).unwrap_or_default();
            list.iter()
                .filter_map(|n| n.as_str().map(str::to_owned))
                .collect()
        };
        let scalar = |key: &str| cors.get(key).and_then(Node::scalar_text);
        super::cors(
            &texts("allowOrigins"),
            &texts("allowHeaders"),
            scalar("allowCredentials").as_deref() == Some("true"),
            scalar("maxAge").and_then(|text| text.parse().ok()),
        )
    }
}

/// What an operation asks for, as `Listed::security` has it.
fn alternatives(security: Option<&Node>) -> Vec<Vec<(String, Vec<String>)>> {
    let list = security.and_then(Node::as_seq).unwrap_or_default();
    let each = list.iter().map(|requirement| {
        let schemes = requirement.as_map().unwrap_or_default().iter();
        schemes
            .map(|entry| {
                let scopes = entry.value.as_seq().unwrap_or_default().iter();
                let scopes = scopes.filter_map(|n| n.as_str().map(str::to_owned));
                (entry.key.name.to_string(), scopes.collect())
            })
            .collect()
    });
    each.collect()
}

/// The name of a function in the address of an integration.
fn lambda(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once(":function:")?;
    let end = rest.find(['/', ':']).unwrap_or(rest.len());
    rest.get(..end).filter(|name| !name.is_empty())
}
