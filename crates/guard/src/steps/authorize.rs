//! Whether they may: what the route asks for, and what policies say.

use crate::authorize::{self, AuthzInput, Call, Grant};
use crate::chain::{Body, Pass, Standing};
use crate::reason::Reason;
use crate::request::Entry;
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// The break-glass grant that holds for its caller and function now.
pub(crate) fn grant(pass: &Pass) -> Option<Arc<Grant>> {
    let (principal, standing) = (pass.principal.as_ref()?, pass.standing.as_ref()?);
    let grants = &pass.guard.compiled().grants;
    let now = pass.began / 1000;
    grants.active(principal, standing.function(), now).cloned()
}

/// The policies that permit it.
pub(crate) fn authorize(pass: &Pass, body: &Body) -> Result<Vec<String>, Reason> {
    let principal = pass.principal.as_ref().ok_or(Reason::NoCredential)?;
    let forbidden = || Reason::Forbidden {
        policies: Vec::new(),
    };
    let mut asked = false;
    if let Some(Standing::Route(matched)) = &pass.standing {
        let route = &matched.route;
        if route.accepts.is_empty() && route.scopes.is_empty() && route.roles.is_empty() {
            // Open to everybody, and said so.
            return Ok(Vec::new());
        }
        let missing = |what, name: &String| Reason::Missing {
            what,
            name: name.clone(),
        };
        if let Some(scope) = route
            .scopes
            .iter()
            .find(|scope| !principal.scopes.contains(scope))
        {
            return Err(missing("scope", scope));
        }
        match route.roles.first() {
            Some(first)
                if !route
                    .roles
                    .iter()
                    .any(|role| principal.roles.contains(role)) =>
            {
                return Err(missing("role", first));
            }
            _ => asked = !(route.roles.is_empty() && route.scopes.is_empty()),
        }
    }
    let Some(authorizer) = &pass.guard.compiled().authorizer else {
        // The lists of a source are its policy; a route must have asked for something.
        return match (&pass.standing, asked) {
            (Some(Standing::Source(_)), _) | (_, true) => Ok(Vec::new()),
            _ => Err(forbidden()),
        };
    };
    let decision = shown(pass, body, |input| authorizer.decide(principal, input))?;
    let names = |policies: &[authorize::PolicyName]| -> Vec<String> {
        policies.iter().map(|name| name.to_string()).collect()
    };
    if decision.allowed {
        return Ok(names(&decision.policies));
    }
    Err(match decision.reason {
        authorize::Reason::PolicyFailed => Reason::Policy {
            policy: names(&decision.failed)
                .into_iter()
                .next()
                .unwrap_or_default(),
        },
        authorize::Reason::Input(error) => Reason::Policy {
            policy: error.code().to_owned(),
        },
        _ => Reason::Forbidden {
            policies: names(&decision.policies),
        },
    })
}

/// The same in sentences for operators. They hold nothing that the caller sent.
pub(crate) fn explain(pass: &Pass, body: &Body) -> Vec<String> {
    let mut said = Vec::new();
    let Some(principal) = &pass.principal else {
        return said;
    };
    if let Some(Standing::Route(matched)) = &pass.standing {
        let route = &matched.route;
        if route.accepts.is_empty() {
            return vec!["The route is open to everybody.".to_owned()];
        }
        for (what, names) in [
            ("all of the scopes", &route.scopes),
            ("one of the roles", &route.roles),
        ] {
            if !names.is_empty() {
                said.push(format!("The route asks for {what} {}.", names.join(", ")));
            }
        }
    }
    let Some(authorizer) = &pass.guard.compiled().authorizer else {
        said.push(match &pass.standing {
            Some(Standing::Source(_)) => {
                "There are no policies: the lists of the source decide.".to_owned()
            }
            _ => "There are no policies: what the route asks for decides.".to_owned(),
        });
        return said;
    };
    let explained = shown(pass, body, |input| {
        let decision = authorizer.decide(principal, input);
        authorizer.explain(principal, input, &decision)
    });
    said.extend(explained.unwrap_or_default());
    said
}

/// Shows an invocation to policies, as they see it.
fn shown<T>(pass: &Pass, body: &Body, ask: impl FnOnce(&AuthzInput<'_>) -> T) -> Result<T, Reason> {
    let forbidden = || Reason::Forbidden {
        policies: Vec::new(),
    };
    let standing = pass.standing.as_ref().ok_or(Reason::NoRoute)?;
    let json = match body {
        Body::Whole(bytes) if !bytes.is_empty() => serde_json::from_slice::<Value>(bytes).ok(),
        _ => None,
    };
    let asked = |call: Call<'_>| {
        let input = AuthzInput {
            function: standing.function(),
            now: pass.began / 1000,
            call,
            body: json.as_ref(),
            grants: &pass.guard.compiled().grants,
        };
        ask(&input)
    };
    Ok(match (&pass.request.entry, standing) {
        (Entry::Http(call), Standing::Route(matched)) => {
            let names = matched.parameters.iter();
            let path: Vec<(&str, &str)> = names.map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let query = decoded(&call.query);
            let query: Vec<(&str, &str)> = query
                .iter()
                .map(|(n, v)| (n.as_str(), v.as_str()))
                .collect();
            let mut headers = Vec::new();
            for (name, value) in pass.request.headers.iter() {
                match std::str::from_utf8(value) {
                    Ok(text) => headers.push((name, text)),
                    // To leave it out would be to say that it is absent.
                    Err(_) if authorizer_sees(pass, name) => return Err(forbidden()),
                    Err(_) => {}
                }
            }
            asked(Call::Http {
                method: &call.method,
                route: matched.route.path.as_str(),
                path: &path,
                query: &query,
                headers: &headers,
                ip: pass
                    .request
                    .peer
                    .address
                    .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
                tls: pass.request.peer.is_encrypted,
            })
        }
        _ => asked(Call::Event),
    })
}

fn authorizer_sees(pass: &Pass, header: &str) -> bool {
    let functions = pass.guard.config().functions.values();
    functions
        .into_iter()
        .any(|function| function.headers.contains(header))
}

/// The parameters of a query, decoded as forms are (`application/x-www-form-urlencoded`).
fn decoded(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let each = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (plain(name), plain(value))
    });
    each.collect()
}

fn plain(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => match crate::percent::byte(rest) {
                Some((byte, behind)) => {
                    rest = behind;
                    byte
                }
                None => b'%',
            },
            byte => byte,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
