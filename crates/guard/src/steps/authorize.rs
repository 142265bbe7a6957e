//! Whether they may.

use crate::chain::{Body, Pass, Standing};
use crate::reason::Reason;

/// The policies that permit it.
pub(crate) fn authorize(pass: &Pass, _body: &Body) -> Result<Vec<String>, Reason> {
    let Some(Standing::Route(matched)) = &pass.standing else {
        return Ok(Vec::new());
    };
    let route = &matched.route;
    let Some(principal) = &pass.principal else {
        return Err(Reason::Forbidden {
            policies: Vec::new(),
        });
    };
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
            Err(missing("role", first))
        }
        _ => Ok(Vec::new()),
    }
}
