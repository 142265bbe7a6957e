//! What only all routes together tell: which methods `ANY` stands for, what stands there twice, what
//! can be said in one entry.

use super::{Callers, Draft, METHODS, Noted, Route, Setting};
use crate::config::Template;
use std::collections::{BTreeMap, BTreeSet};

/// Settles a draft: the same routes, as a configuration can have them.
pub(super) fn settle(draft: &mut Draft) {
    let mut left_out = Vec::new();
    for route in &mut draft.routes {
        check(route, &mut left_out);
    }
    draft.left_out.append(&mut left_out);
    names_of_parameters(&mut draft.routes);
    any(&mut draft.routes);
    draft.routes.sort_by_cached_key(order);
    duplicates(&mut draft.routes);
    draft.routes = merged(std::mem::take(&mut draft.routes));
    sources(draft);
    draft.left_out.sort();
    draft.left_out.dedup();
    draft.restricted.sort();
    draft.restricted.dedup();
}

fn text(setting: &Setting) -> &str {
    match setting {
        Setting::Known(text) | Setting::Decide(text) => text,
    }
}

fn order(route: &Route) -> (String, Vec<usize>, Vec<String>) {
    let methods = route.methods.iter();
    let places = methods.map(|m| METHODS.iter().position(|known| known == m).unwrap_or(9));
    let path = text(&route.path).to_owned();
    (path, places.collect(), route.origins.clone())
}

/// The path must be one that requests can have, and methods those that there are.
fn check(route: &mut Route, left_out: &mut Vec<Noted>) {
    let known = |method: &String| METHODS.contains(&method.as_str());
    for method in route.methods.iter().filter(|method| !known(method)) {
        left_out.push(Noted {
            what: format!("{method} {}: no route takes this method", text(&route.path)),
            origin: route.origins.join(", "),
        });
    }
    route.methods.retain(known);
    if let Setting::Known(path) = &route.path
        && let Err(error) = Template::parse(path)
    {
        route.path = Setting::Decide(format!("the path `{path}`: {error}"));
    }
}

fn shape(route: &Route) -> Option<String> {
    match &route.path {
        Setting::Known(path) => Template::parse(path).ok().map(|path| path.shape()),
        Setting::Decide(_) => None,
    }
}

/// All routes of one path use the same names in it.
fn names_of_parameters(routes: &mut [Route]) {
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    for route in routes {
        if let Some(shape) = shape(route) {
            let own = text(&route.path).to_owned();
            let path = first.entry(shape).or_insert_with(|| own.clone());
            if *path != own {
                route.notes.push(format!("written as `{own}`"));
                // A contract knows the path by its own names.
                if route.contract.take().is_some() {
                    route.contract = Some(Setting::decide(format!(
                        "the contract calls this path `{own}`, and all routes of a path use the same names"
                    )));
                }
                route.path = Setting::Known(path.clone());
            }
        }
    }
}

/// `ANY` stands for the methods that have no route of their own.
fn any(routes: &mut Vec<Route>) {
    let mut own: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for route in routes.iter().filter(|route| !route.any) {
        if let Some(shape) = shape(route) {
            own.entry(shape).or_default().extend(route.methods.clone());
        }
    }
    for route in routes.iter_mut().filter(|route| route.any) {
        let taken = shape(route).and_then(|shape| own.get(&shape));
        let free = |method: &&str| taken.is_none_or(|taken| !taken.contains(*method));
        let methods = METHODS.into_iter().filter(free);
        route.methods = methods.map(str::to_owned).collect();
    }
    routes.retain(|route| !route.methods.is_empty());
}

/// A method of a path leads to one function: which of several, somebody has to say.
fn duplicates(routes: &mut [Route]) {
    let mut seen: BTreeMap<(String, String), String> = BTreeMap::new();
    for route in routes {
        let Some(shape) = shape(route) else { continue };
        let origin = route.origins.join(", ");
        let mut first = None;
        for method in &route.methods {
            let key = (shape.clone(), method.clone());
            let there = seen.entry(key).or_insert_with(|| origin.clone());
            if *there != origin || first.is_some() {
                first.get_or_insert_with(|| there.clone());
            }
        }
        if let Some(first) = first {
            route.path = Setting::Decide(format!(
                "`{}` leads elsewhere already ({first}); give one of them another path, or a file of its own",
                text(&route.path)
            ));
        }
    }
}

/// Routes that differ in the method only are one.
fn merged(routes: Vec<Route>) -> Vec<Route> {
    let mut merged: Vec<Route> = Vec::new();
    for mut route in routes {
        let same = merged.iter_mut().find(|first| {
            first.path == route.path
                && matches!(first.path, Setting::Known(_))
                && first.function == route.function
                && first.target == route.target
                && first.callers == route.callers
                && first.scopes == route.scopes
                && first.limits == route.limits
                && first.contract == route.contract
                && first.cors == route.cors
                && first.notes == route.notes
        });
        match same {
            Some(first) => {
                first.methods.append(&mut route.methods);
                for origin in route.origins {
                    if !first.origins.contains(&origin) {
                        first.origins.push(origin);
                    }
                }
            }
            None => merged.push(route),
        }
    }
    for route in &mut merged {
        let place = |method: &String| METHODS.iter().position(|known| known == method);
        route.methods.sort_by_key(place);
        route.methods.dedup();
    }
    merged
}

/// Sources that say the same are one.
fn sources(draft: &mut Draft) {
    let mut merged: Vec<super::Source> = Vec::new();
    draft.sources.sort_by(|a, b| {
        let key = |s: &super::Source| {
            let lists = (s.arns.clone(), s.buckets.clone(), s.accounts.clone());
            (s.function.clone(), s.kind.name(), lists, s.origins.clone())
        };
        key(a).cmp(&key(b))
    });
    for source in std::mem::take(&mut draft.sources) {
        match merged.last_mut() {
            Some(last)
                if last.function == source.function
                    && last.kind == source.kind
                    && last.accounts == source.accounts
                    && last.arns == source.arns
                    && last.buckets == source.buckets =>
            {
                for (list, more) in [
                    (&mut last.origins, source.origins),
                    (&mut last.notes, source.notes),
                ] {
                    more.into_iter().for_each(|text| {
                        if !list.contains(&text) {
                            list.push(text);
                        }
                    });
                }
            }
            _ => merged.push(source),
        }
    }
    draft.sources = merged;
}

/// Whether anybody is asked who they are.
pub(super) fn is_closed(route: &Route) -> bool {
    matches!(route.callers, Callers::Who(_))
}
