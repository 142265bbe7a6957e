//! Who may call a way in: never more than there.

use super::application::{Reading, Way};
use palisade_app::graph::{Authentication, EntryKind};
use palisade_app::value::{Data, Value};
use palisade_app::{Answer, Resource};
use palisade_guard::init::{Accept, Callers, CognitoToken, Issuer, Setting, cognito_issuer, name};
use std::sync::Arc;

/// What a way in asks of its callers.
pub(super) struct Asked {
    pub(super) callers: Callers,
    pub(super) scopes: Vec<Setting>,
    pub(super) notes: Vec<String>,
}

impl From<Callers> for Asked {
    fn from(callers: Callers) -> Self {
        Self {
            callers,
            scopes: Vec::new(),
            notes: Vec::new(),
        }
    }
}

fn decide(why: impl Into<String>) -> Asked {
    Callers::Decide(why.into()).into()
}

/// Who may call.
pub(super) fn callers(reading: &mut Reading<'_>, way: &Way<'_>) -> Asked {
    let asked = alone(reading, way);
    let Some((name, at)) = mutual(reading, way) else {
        return asked;
    };
    // Client certificates are asked for beside what the route asks for.
    match asked.callers {
        Callers::Everybody => {
            reading.draft.trust.insert(name.clone(), at);
            Callers::Who(vec![Accept::Certificate(name)]).into()
        }
        Callers::Who(_) => decide(format!(
            "which of the credentials: there, a client certificate ({at}) is asked for, too"
        )),
        Callers::Decide(_) => asked,
    }
}

fn alone(reading: &mut Reading<'_>, way: &Way<'_>) -> Asked {
    let entry = way.entry;
    let at = reading.at(&entry.authentication_at);
    let conditional = ["AuthorizationType", "AuthType", "ApiKeyRequired"]
        .into_iter()
        .any(|path| way.described.is_none() && way.resource.at(path).len() > 1);
    if conditional {
        return decide(format!(
            "who may call: there, it depends on a condition ({at})"
        ));
    }
    let asks_key = way.described.is_none()
        && (way.resource.at("ApiKeyRequired").iter()).any(|leaf| leaf.bool(false) != Answer::No);
    match &entry.authentication {
        Authentication::None => Callers::Everybody.into(),
        Authentication::ApiKey => Callers::Who(vec![Accept::ApiKey]).into(),
        Authentication::Iam | Authentication::Token if asks_key => decide(format!(
            "which of the credentials: there, an API key is asked for, too ({at})"
        )),
        Authentication::Iam => {
            let service = match entry.kind {
                EntryKind::FunctionUrl => "lambda",
                _ => "execute-api",
            };
            if !reading.draft.services.iter().any(|known| known == service) {
                reading.draft.services.push(service.to_owned());
            }
            Callers::Who(vec![Accept::AwsSignature]).into()
        }
        Authentication::Token => match way.described {
            Some((body, operation)) => described(reading, body, operation, &at),
            None => attached(reading, way.resource, &at),
        },
        Authentication::Custom => decide(format!("who may call: there, a function decides ({at})")),
        Authentication::Unknown(reason) => decide(format!("who may call: {reason} ({at})")),
        Authentication::Provider | Authentication::NotNeeded => {
            decide(format!("who may call ({at})"))
        }
    }
}

/// The trust store of the API's own domain.
fn mutual(reading: &Reading<'_>, way: &Way<'_>) -> Option<(String, String)> {
    let app = reading.app;
    let api = way.entry.source.as_deref()?;
    let mappings = [
        ("AWS::ApiGateway::BasePathMapping", "RestApiId"),
        ("AWS::ApiGatewayV2::ApiMapping", "ApiId"),
    ];
    let mappings = mappings
        .into_iter()
        .flat_map(|(kind, path)| app.attached(kind, path, api));
    for mapping in mappings {
        for id in mapping.references("DomainName") {
            let Some(domain) = app.resource(&id) else {
                continue;
            };
            let path = "MutualTlsAuthentication";
            let there = domain
                .at(path)
                .iter()
                .any(|leaf| leaf.present() != Answer::No);
            if there {
                return Some((
                    name(domain.id.rsplit('.').next()?),
                    reading.at(&domain.origin),
                ));
            }
        }
    }
    None
}

/// An authorizer that is a resource of its own.
fn attached(reading: &mut Reading<'_>, route: &Resource, at: &str) -> Asked {
    let app = reading.app;
    let scopes = route.at("AuthorizationScopes[]");
    let scopes: Vec<Setting> = scopes
        .iter()
        .filter(|leaf| !matches!(leaf.value.data, Data::Absent | Data::Null))
        .map(|leaf| reading.setting(leaf.value))
        .collect();
    let mut accepts = Vec::new();
    for id in route.references("AuthorizerId") {
        let Some(authorizer) = app.resource(&id) else {
            continue;
        };
        let called = authorizer.text("Name").unwrap_or(&id).to_owned();
        let origin = reading.at(&authorizer.origin);
        let pools: Vec<&Value> = (authorizer.at("ProviderARNs[]").into_iter())
            .map(|leaf| leaf.value)
            .collect();
        let jwt = authorizer.properties.get("JwtConfiguration");
        accepts.extend(match jwt {
            Some(jwt) => vec![configured(reading, &called, jwt, origin)],
            None => {
                let which = CognitoToken::of_authorizer(!scopes.is_empty());
                of_pools(reading, &called, &pools, which, &origin)
            }
        });
    }
    if accepts.is_empty() {
        return decide(format!(
            "whose tokens: the authorizer stands elsewhere ({at})"
        ));
    }
    with_scopes(reading, accepts, scopes)
}

fn with_scopes(reading: &Reading<'_>, accepts: Vec<Accept>, scopes: Vec<Setting>) -> Asked {
    let mut notes = Vec::new();
    if scopes.len() > 1 {
        notes.push("There, one of these scopes suffices; here, all of them are needed.".to_owned());
    }
    let issuers = &reading.draft.issuers;
    let is_access = |accept: &Accept| match accept {
        Accept::Token(name) => {
            let issuer = issuers.get(name);
            issuer.is_some_and(|issuer| issuer.cognito == Some(CognitoToken::Access))
        }
        _ => false,
    };
    if scopes.is_empty() && accepts.iter().any(is_access) {
        notes.push(
            "There, ID tokens of the user pool are taken, too; here, access tokens alone."
                .to_owned(),
        );
    }
    Asked {
        callers: Callers::Who(accepts),
        scopes,
        notes,
    }
}

/// An authorizer in the description of an API.
fn described(reading: &mut Reading<'_>, body: &Value, operation: &Value, at: &str) -> Asked {
    let security = operation.get("security").or_else(|| body.get("security"));
    let Some(security) = security.filter(|security| matches!(security.data, Data::List(_))) else {
        return decide(format!(
            "whose tokens: there, it depends on a condition ({at})"
        ));
    };
    let mut accepts = Vec::new();
    let mut scopes: Option<Vec<Setting>> = None;
    for requirement in security.items() {
        let [entry] = requirement.entries() else {
            return decide(format!(
                "which of the credentials: there, several are asked for together ({at})"
            ));
        };
        let wanted: Vec<Setting> = (entry.value.items().iter())
            .map(|scope| reading.setting(scope))
            .collect();
        if scopes.as_ref().is_some_and(|scopes| *scopes != wanted) {
            return decide(format!(
                "which credential with which scopes: there, they differ ({at})"
            ));
        }
        let which = CognitoToken::of_authorizer(!wanted.is_empty());
        scopes = Some(wanted);
        let schemes = [
            body.get("securityDefinitions"),
            body.get("components")
                .and_then(|c| c.get("securitySchemes")),
        ];
        let scheme = schemes
            .into_iter()
            .flatten()
            .find_map(|s| s.entry(&entry.key));
        let authorizer = scheme.and_then(|s| s.value.get("x-amazon-apigateway-authorizer"));
        let (Some(scheme), Some(authorizer)) = (scheme, authorizer) else {
            return decide(format!("whose tokens: `{}` ({at})", entry.key));
        };
        let origin = reading.at(&scheme.key_origin);
        let found = match authorizer.get("jwtConfiguration") {
            Some(jwt) => vec![configured(reading, &entry.key, jwt, origin)],
            None => {
                let pools = authorizer.get("providerARNs").map_or(&[][..], Value::items);
                let pools: Vec<&Value> = pools.iter().collect();
                of_pools(reading, &entry.key, &pools, which, &origin)
            }
        };
        if found.is_empty() {
            return decide(format!("whose tokens: `{}` ({at})", entry.key));
        }
        accepts.extend(found);
    }
    with_scopes(reading, accepts, scopes.unwrap_or_default())
}

/// `JwtConfiguration`: issuer and audience are said.
fn configured(reading: &mut Reading<'_>, called: &str, jwt: &Value, origin: String) -> Accept {
    let either = |small: &str, large: &str| jwt.get(small).or_else(|| jwt.get(large));
    let issuer = either("issuer", "Issuer").map_or_else(
        || Setting::decide(format!("the issuer of `{called}`")),
        |issuer| reading.setting(issuer),
    );
    let audience = either("audience", "Audience").map_or(&[][..], Value::items);
    let audiences = audience.iter().map(|one| reading.setting(one)).collect();
    let cognito = issuer.is_cognito().then_some(CognitoToken::Access);
    issuer_of(reading, called, issuer, audiences, cognito, origin)
}

/// Cognito user pools, each an issuer.
fn of_pools(
    reading: &mut Reading<'_>,
    called: &str,
    pools: &[&Value],
    which: CognitoToken,
    origin: &str,
) -> Vec<Accept> {
    let mut accepts = Vec::new();
    for (number, pool) in pools.iter().enumerate() {
        let called = match number {
            0 => called.to_owned(),
            n => format!("{called}-{}", n + 1),
        };
        let (issuer, audiences) = of_pool(reading, &called, pool);
        accepts.push(issuer_of(
            reading,
            &called,
            issuer,
            audiences,
            Some(which),
            origin.to_owned(),
        ));
    }
    accepts
}

fn of_pool(reading: &Reading<'_>, called: &str, pool: &Value) -> (Setting, Vec<Setting>) {
    let app = reading.app;
    let id: Option<Arc<str>> = pool.references().next().map(|(id, _)| id.clone());
    let issuer = match (reading.setting(pool), &id) {
        (Setting::Known(arn), _) => cognito_issuer(&arn).map_or_else(
            || Setting::decide(format!("the issuer of the user pool {arn}")),
            Setting::Known,
        ),
        (Setting::Decide(_), Some(id)) => {
            let region = reading.world.region.as_deref().unwrap_or("${AWS::Region}");
            Setting::decide(format!(
                "https://cognito-idp.{region}.amazonaws.com/${{{id}}}"
            ))
        }
        (Setting::Decide(what), None) => {
            Setting::decide(format!("the issuer of the user pool {what}"))
        }
    };
    let mut audiences = Vec::new();
    if let Some(id) = &id {
        let clients = app.attached("AWS::Cognito::UserPoolClient", "UserPoolId", id);
        audiences.extend(clients.map(|client| {
            Setting::decide(format!("the id of the app client, ${{{}}}", client.id))
        }));
    }
    if audiences.is_empty() {
        let what = format!("the ids of the app clients of `{called}`");
        audiences.push(Setting::decide(what));
    }
    (issuer, audiences)
}

fn issuer_of(
    reading: &mut Reading<'_>,
    called: &str,
    issuer: Setting,
    mut audiences: Vec<Setting>,
    cognito: Option<CognitoToken>,
    origin: String,
) -> Accept {
    if audiences.is_empty() {
        audiences.push(Setting::decide(format!(
            "whom tokens of `{called}` are for"
        )));
    }
    let issuer = Issuer {
        issuer,
        audiences,
        cognito,
        origin,
    };
    reading.draft.issuer(called, issuer)
}
