//! What would be said to a caller, if it had shown who it is. Nothing is verified and nothing can be
//! forwarded: the answer is words, never a step of the chain.

use crate::chain::{Body, Pass, Standing};
use crate::config::Accept;
use crate::guard::Guard;
use crate::reason::{Reason, Step};
use crate::request::Request;
use crate::steps::{authorize, limit, validate};
use palisade_authn::{Means, Principal};
use std::sync::Arc;

/// What would be said.
#[derive(Clone, Debug)]
pub struct Supposed {
    /// The function that it is for, once that is known.
    pub function: Option<String>,
    /// The path of the route that it takes, where it takes one.
    pub route: Option<String>,
    /// The step at which it ends; that before its decision is written down, when all are passed.
    pub step: Step,
    /// Why it ends there; nothing when it is permitted.
    pub denied: Option<Reason>,
    /// The policies that permit it.
    pub policies: Vec<String>,
    /// What authorisation says, in sentences.
    pub said: Vec<String>,
}

impl Guard {
    /// What the chain would say to a request of this caller.
    #[must_use]
    pub fn suppose(&self, request: Request, principal: Principal, body: Body) -> Supposed {
        let mut pass = Pass::supposed(self.clone(), request);
        let mut said = Vec::new();
        let denied = steps(&mut pass, principal, body, &mut said).err();
        let route = match &pass.standing {
            Some(Standing::Route(matched)) => Some(matched.route.path.as_str().to_owned()),
            _ => None,
        };
        Supposed {
            function: pass.standing.as_ref().map(|s| s.function().to_owned()),
            route,
            step: pass.step,
            denied,
            policies: std::mem::take(&mut pass.policies),
            said,
        }
    }
}

fn steps(
    pass: &mut Pass,
    principal: Principal,
    body: Body,
    said: &mut Vec<String>,
) -> Result<(), Reason> {
    pass.standing = Some(pass.guard.standing(&pass.request)?);
    limit::admit(pass)?;
    pass.step = Step::Authenticate;
    pass.principal = Some(Arc::new(known(pass, principal)?));
    pass.step = Step::Limit;
    limit::take(pass)?;
    pass.step = Step::Validate;
    let body = validate::request(pass, body)?;
    pass.step = Step::Authorize;
    said.extend(authorize::explain(pass, &body));
    pass.policies = authorize::authorize(pass, &body)?;
    pass.step = Step::Record;
    Ok(())
}

/// The caller, if the route could know it.
fn known(pass: &Pass, principal: Principal) -> Result<Principal, Reason> {
    let Some(Standing::Route(matched)) = &pass.standing else {
        return Ok(principal);
    };
    let accepts = &matched.route.accepts;
    if accepts.is_empty() {
        return Ok(Principal::anonymous());
    }
    let issuers = &pass.guard.config().issuers;
    let is_known = accepts.iter().any(|accept| match accept {
        Accept::Token(name) => {
            principal.means == Means::Token
                && issuers
                    .get(name)
                    .is_some_and(|issuer| issuer.issuer == principal.issuer)
        }
        Accept::ApiKey => principal.means == Means::ApiKey,
        Accept::Certificate(_) => principal.means == Means::Certificate,
        Accept::AwsSignature => principal.means == Means::AwsSignature,
    });
    match is_known {
        true => Ok(principal),
        false => Err(Reason::NoCredential),
    }
}
