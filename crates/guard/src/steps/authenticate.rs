//! Who is calling.

use crate::chain::{Pass, Standing};
use crate::reason::Reason;
use palisade_authn::{Means, Principal};
use serde_json::Value;

pub(crate) fn wants_body(_pass: &Pass) -> bool {
    false
}

pub(crate) async fn authenticate(pass: &Pass, _body: Option<&[u8]>) -> Result<Principal, Reason> {
    match &pass.standing {
        None => Err(Reason::NoRoute),
        Some(Standing::Source(source)) => {
            let crate::request::Entry::Event(event) = &pass.request.entry else {
                return Err(Reason::NoRoute);
            };
            let named = ["arn", "bucket", "bus", "account"];
            let mut named = named.iter().filter_map(|name| event.origin.get(*name));
            let id = named.next().and_then(Value::as_str).unwrap_or("unknown");
            let mut principal = Principal::new(Means::EventSource, event.kind.name(), id);
            principal.roles.clone_from(&source.roles);
            Ok(principal)
        }
        Some(Standing::Route(matched)) if matched.route.accepts.is_empty() => {
            Ok(Principal::anonymous())
        }
        Some(Standing::Route(_)) => Err(Reason::NoCredential),
    }
}
