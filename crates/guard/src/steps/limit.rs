//! How much of it.

use crate::chain::{Pass, Standing};
use crate::compiled::CompiledLimit;
use crate::config::{Config, Network, Per};
use crate::limit::{Answer, Permit, Quota, QuotaAnswer, Take};
use crate::reason::Reason;
use std::net::IpAddr;

/// What an invocation holds of limits until it ends.
#[derive(Debug, Default)]
pub(crate) struct Held(#[expect(dead_code, reason = "given back when it is dropped")] Vec<Permit>);

/// What is known before anybody has shown who they are: the address.
pub(crate) fn admit(pass: &Pass) -> Result<(), Reason> {
    let Some(address) = pass.request.peer.address else {
        return Ok(());
    };
    if !takes_from(pass.guard.config(), address) {
        return Err(Reason::Address);
    }
    let Some(limit) = &pass.guard.compiled().admission else {
        return Ok(());
    };
    let limiter = &pass.guard.parts().limiter;
    let taken = limiter.take(nanoseconds(pass), &[limiter.by_address(limit, address)]);
    match taken {
        Answer::Taken(_) => Ok(()),
        Answer::Refused { retry_after_ms, .. } => Err(used_up("admission", retry_after_ms)),
    }
}

/// Whether the lists of addresses let one in.
pub(crate) fn takes_from(config: &Config, address: IpAddr) -> bool {
    let admission = &config.admission;
    let has = |list: &[Network]| list.iter().any(|network| network.contains(address));
    (admission.allow.is_empty() || has(&admission.allow)) && !has(&admission.deny)
}

/// The limits of the route, all or none.
pub(crate) fn take(pass: &mut Pass) -> Result<(), Reason> {
    let names = match &pass.standing {
        Some(Standing::Route(matched)) => &matched.route.limits,
        Some(Standing::Source(source)) => &source.limits,
        None => return Err(Reason::NoRoute),
    };
    if names.is_empty() {
        return Ok(());
    }
    let compiled = pass.guard.compiled();
    let limits: Vec<&CompiledLimit> = names
        .iter()
        .filter_map(|name| compiled.limits.get(name))
        .collect();
    let callers: Vec<Vec<String>> = limits.iter().map(|limit| caller(pass, limit.per)).collect();
    let each = || limits.iter().zip(&callers);
    // What is given back by itself comes first.
    let mut held = Vec::new();
    for (limit, caller) in each() {
        if let Some(concurrency) = &limit.concurrency {
            let permit = concurrency.enter(&texts(caller));
            held.push(permit.ok_or_else(|| used_up(&limit.name, 1000))?);
        }
    }
    let limiter = &pass.guard.parts().limiter;
    let (mut takes, mut taking) = (Vec::new(), Vec::new());
    for (limit, caller) in each() {
        if let Some(rate) = &limit.rate {
            takes.push(match caller.is_empty() {
                true => Take::shared(rate),
                false => limiter.by(rate, &texts(caller)),
            });
            taking.push(&limit.name);
        }
    }
    if let Answer::Refused {
        limit,
        retry_after_ms,
        ..
    } = limiter.take(nanoseconds(pass), &takes)
    {
        let name = taking.get(limit).map_or("limit", |name| name.as_str());
        return Err(used_up(name, retry_after_ms));
    }
    let mut wants: Vec<(&Quota, Vec<&str>)> = Vec::new();
    for (limit, caller) in each() {
        wants.extend(limit.quotas.iter().map(|quota| (quota, texts(caller))));
    }
    if let (Some(quotas), false) = (&pass.guard.parts().quotas, wants.is_empty()) {
        let keyed: Vec<_> = wants
            .iter()
            .map(|(quota, caller)| (*quota, quotas.key(quota, caller)))
            .collect();
        match quotas.take_durably(pass.began / 1000, &keyed) {
            Ok(QuotaAnswer::Taken { .. }) => {}
            Ok(QuotaAnswer::Refused { retry_after_ms, .. }) => {
                return Err(used_up("quota", retry_after_ms));
            }
            // A store that does not answer can't say that there is something left.
            Ok(QuotaAnswer::Unreserved) | Err(_) => return Err(Reason::Uncounted),
        }
    }
    pass.held = Held(held);
    Ok(())
}

/// Whose bucket is meant; nothing for the one of all.
fn caller(pass: &Pass, per: Per) -> Vec<String> {
    let principal = || {
        let principal = pass.principal.as_ref();
        principal.map_or_else(Vec::new, |p| {
            vec![p.means.name().to_owned(), p.issuer.clone(), p.id.clone()]
        })
    };
    match per {
        Per::All => Vec::new(),
        Per::Route => match &pass.standing {
            Some(Standing::Route(matched)) => {
                vec![matched.route.path.shape(), matched.route.function.clone()]
            }
            Some(Standing::Source(source)) => {
                vec![source.kind.name().to_owned(), source.function.clone()]
            }
            None => Vec::new(),
        },
        Per::Principal | Per::Key => principal(),
        Per::Address => match pass.request.peer.address {
            Some(address) => vec![address.to_string()],
            None => principal(),
        },
    }
}

fn texts(parts: &[String]) -> Vec<&str> {
    parts.iter().map(String::as_str).collect()
}

fn nanoseconds(pass: &Pass) -> u64 {
    u64::try_from(pass.guard.now())
        .unwrap_or(0)
        .saturating_mul(1_000_000)
}

fn used_up(limit: &str, retry_after: u64) -> Reason {
    Reason::Limited {
        limit: limit.to_owned(),
        retry_after,
    }
}
