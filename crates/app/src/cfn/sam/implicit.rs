//! APIs that nobody wrote: an `Api` or `HttpApi` event without an API gets one that it shares with all
//! such events, and an API without a definition gets one made of its events. It must leave APIs alone
//! whose definition the person wrote.

use super::Ctx;
use super::event::{self, Event};
use super::make::{IntoNode, conditional, given, map_under, obj, text};
use super::resources::Source;
use super::swagger;
use palisade_core::Origin;
use palisade_syntax::{Entry, Node};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What differs between REST and HTTP APIs.
pub(super) struct Flavour {
    pub(super) event: &'static str,
    pub(super) property: &'static str,
    pub(super) id: &'static str,
    pub(super) kind: &'static str,
    rest: bool,
}

pub(super) const REST: Flavour = Flavour {
    event: "Api",
    property: "RestApiId",
    id: "ServerlessRestApi",
    kind: "AWS::Serverless::Api",
    rest: true,
};

pub(super) const HTTP: Flavour = Flavour {
    event: "HttpApi",
    property: "ApiId",
    id: "ServerlessHttpApi",
    kind: "AWS::Serverless::HttpApi",
    rest: false,
};

/// API, path and method of an event. An HTTP event without a path and a method is the default route.
pub(super) struct Route<'a> {
    pub(super) api: &'a str,
    pub(super) path: &'a str,
    pub(super) method: &'a str,
}

/// Reads the route of an event.
pub(super) fn route<'a>(event: &Event<'a>, flavour: &Flavour) -> super::Result<Route<'a>> {
    let api = match event.props.get(flavour.property) {
        None => flavour.id,
        Some(api) => api
            .as_str()
            .or_else(|| text(api, "Ref"))
            .ok_or_else(|| event.problem(flavour.property, "must name an API of this template"))?,
    };
    let path = given(event.props, "Path");
    let method = given(event.props, "Method");
    if !flavour.rest && path.is_none() && method.is_none() {
        return Ok(Route {
            api,
            path: "$default",
            method: swagger::ANY,
        });
    }
    let read = |name: &str, node: Option<&'a Node>| {
        node.and_then(Node::as_str)
            .ok_or_else(|| event.problem(name, "must be given as a text"))
    };
    Ok(Route {
        api,
        path: read("Path", path)?,
        method: read("Method", method)?,
    })
}

/// The conditions of a path's methods.
type Methods = BTreeMap<String, Option<Arc<str>>>;

/// Everything gathered about the APIs of one flavour.
#[derive(Default)]
struct Found {
    implicit: Option<Entry>,
    /// Conditions by API and path.
    conditions: BTreeMap<String, BTreeMap<String, Methods>>,
    deletion: BTreeSet<String>,
    replacement: BTreeSet<String>,
}

/// Gives every API its definition and makes the implicit ones.
pub(super) fn prepare(ctx: &mut Ctx<'_>, globals: Option<&Node>) {
    default_bodies(ctx);
    for flavour in [&REST, &HTTP] {
        let mut found = Found::default();
        let with_events = ["AWS::Serverless::Function", "AWS::Serverless::StateMachine"];
        for id in ctx.resources.ids_of(&with_events) {
            let Some(taken) = ctx.resources.take(&id) else {
                continue;
            };
            let source = Source::new(taken);
            let kind = text(&source.node, "Type").unwrap_or_default();
            let owner = kind.trim_start_matches("AWS::Serverless::");
            let shared = globals.and_then(|globals| globals.get(owner));
            for event in event::of_kind(&source, |kind| kind == flavour.event) {
                gather(ctx, flavour, &mut found, &source, &event, shared);
            }
            ctx.resources.put(source.into_entry());
        }
        finish(ctx, flavour, found);
    }
}

fn default_bodies(ctx: &mut Ctx<'_>) {
    for resource in ctx.resources.iter_mut() {
        let rest = match text(&resource.value, "Type") {
            Some("AWS::Serverless::Api") => true,
            Some("AWS::Serverless::HttpApi") => false,
            _ => continue,
        };
        let source_key = resource.key.origin.clone();
        let name = &resource.key.name;
        let step = format!("{} {name}", if rest { "API" } else { "HTTP API" });
        let origin = source_key.through(
            palisade_core::ViaKind::Transform(Arc::from(step)),
            source_key.span,
        );
        let properties = resource.value.get("Properties");
        if properties.is_some_and(|p| !p.is_null() && p.as_map().is_none()) {
            continue;
        }
        let Some(properties) = map_under(&mut resource.value, "Properties", &source_key) else {
            continue;
        };
        if given(properties, "DefinitionBody").is_some()
            || given(properties, "DefinitionUri").is_some()
        {
            continue;
        }
        let body = if rest {
            swagger::swagger(&origin)
        } else {
            swagger::openapi(&origin)
        };
        properties.insert("DefinitionBody", body);
        ctx.managed.insert(resource.key.name.clone());
    }
}

fn gather(
    ctx: &mut Ctx<'_>,
    flavour: &Flavour,
    found: &mut Found,
    source: &Source,
    event: &Event<'_>,
    shared: Option<&Node>,
) {
    if flavour.rest && event.props.as_map().is_none_or(<[Entry]>::is_empty) {
        return; // Said when the event is made.
    }
    let Ok(route) = route(event, flavour) else {
        return; // Said when the event is made.
    };
    let to_implicit = route.api == flavour.id;
    if to_implicit && found.implicit.is_none() {
        found.implicit = ctx.resources.take(flavour.id);
        if let Some(own) = &found.implicit {
            let message = format!("SAM puts its own API over `{}`", flavour.id);
            ctx.problem(own.key.origin.span, message);
        }
        let body = if flavour.rest {
            obj!(&event.origin; "StageName" => "Prod", "DefinitionBody" => swagger::swagger(&event.origin))
        } else {
            obj!(&event.origin; "DefinitionBody" => swagger::openapi(&event.origin))
        };
        let node = obj!(&event.origin; "Type" => flavour.kind, "Properties" => body);
        let made = super::make::entry(flavour.id, node, &event.origin);
        ctx.resources.put(made.clone());
        ctx.written
            .insert(Arc::from(flavour.id), Arc::from(flavour.kind));
        ctx.managed.insert(Arc::from(flavour.id));
        found.implicit = Some(made);
    }
    if event.props.get(flavour.property).is_none() {
        share_tags(ctx, flavour, source, event, shared);
    }
    let kind = ctx.resources.kind(route.api);
    if kind.is_none() || (flavour.rest && kind == Some(HTTP.kind)) {
        let message = format!("must name an `{}` of this template", flavour.kind);
        let problem = event.problem(flavour.property, &message);
        ctx.problems.push(problem);
        return;
    }
    let of_source = |name: &str| text(&source.node, name);
    let condition = of_source("Condition").map(Arc::from);
    let paths = found.conditions.entry(route.api.to_owned()).or_default();
    let methods = paths.entry(route.path.to_owned()).or_default();
    methods.insert(route.method.to_owned(), condition.clone());
    if to_implicit {
        found
            .deletion
            .extend(of_source("DeletionPolicy").map(str::to_owned));
        let replacement = of_source("UpdateReplacePolicy").map(str::to_owned);
        found.replacement.extend(replacement);
    }
    if ctx.managed.contains(route.api) {
        let item = ctx.paths.item(
            &mut ctx.resources,
            route.api,
            route.path,
            Some(&event.origin),
        );
        if let Some(item) = item {
            swagger::add_method(item, route.method, &event.origin);
        }
    }
    if let Some(settings) = given(event.props, "RouteSettings")
        && !flavour.rest
    {
        let name = if route.method == swagger::ANY {
            route.path.to_owned()
        } else {
            format!("{} {}", route.method.to_uppercase(), route.path)
        };
        let settings = match &condition {
            Some(condition) => conditional(&event.origin, condition, settings.clone(), None),
            None => settings.clone(),
        };
        route_settings(ctx, route.api, &name, &settings, event);
    }
}

fn route_settings(ctx: &mut Ctx<'_>, api: &str, route: &str, settings: &Node, event: &Event<'_>) {
    let name = format!("Routes {api}");
    let seen = &mut ctx.seen;
    let api = ctx.resources.get_mut(api);
    let properties = api.and_then(|api| map_under(api, "Properties", &event.origin));
    let all = properties.and_then(|node| map_under(node, "RouteSettings", &event.origin));
    let one = all.and_then(|node| {
        let known = seen.entry(name).or_insert_with(|| {
            let entries = node.as_map().unwrap_or_default().iter();
            entries.map(|entry| entry.key.name.to_string()).collect()
        });
        if !known.insert(route.to_owned()) {
            return map_under(node, route, &event.origin);
        }
        let entries = node.as_map_mut()?;
        let made = super::make::entry(route, obj!(&event.origin;), &event.origin);
        entries.push(made);
        entries.last_mut().map(|entry| &mut entry.value)
    });
    match (one, settings.as_map()) {
        (Some(one), Some(settings)) => {
            for setting in settings {
                one.insert(setting.key.name.clone(), setting.value.clone());
            }
        }
        _ => {
            let problem = event.problem("RouteSettings", "must be a map");
            ctx.problems.push(problem);
        }
    }
}

fn share_tags(
    ctx: &mut Ctx<'_>,
    flavour: &Flavour,
    source: &Source,
    event: &Event<'_>,
    shared: Option<&Node>,
) {
    let find = |name: &str| {
        let own = source.given(name);
        own.or_else(|| shared.and_then(|shared| given(shared, name)))
    };
    let (Some(tags), Some(_)) = (find("Tags"), find("PropagateTags")) else {
        return;
    };
    let api = ctx.resources.get_mut(flavour.id);
    let Some(properties) = api.and_then(|api| api.get_mut("Properties")) else {
        return;
    };
    properties.insert("PropagateTags", true.into_node(&event.origin));
    if let Some(all) = map_under(properties, "Tags", &event.origin) {
        for tag in tags.as_map().unwrap_or_default() {
            all.insert(tag.key.name.clone(), tag.value.clone());
        }
    }
}

fn finish(ctx: &mut Ctx<'_>, flavour: &Flavour, found: Found) {
    if let Some(implicit) = &found.implicit {
        let origin = &implicit.key.origin;
        let conditions = found.conditions.get(flavour.id);
        let all: BTreeSet<Option<Arc<str>>> = conditions
            .into_iter()
            .flat_map(BTreeMap::values)
            .flat_map(BTreeMap::values)
            .cloned()
            .collect();
        let condition = combine(ctx, &all, || format!("{}Condition", flavour.id), origin);
        let strongest = |policies: &BTreeSet<String>, order: &[&str]| {
            let found = order.iter().find(|policy| policies.contains(**policy));
            found.map(|policy| (*policy).into_node(origin))
        };
        let deletion = strongest(&found.deletion, &["Retain", "Delete"]);
        let replacement = strongest(&found.replacement, &["Retain", "Snapshot", "Delete"]);
        if let Some(api) = ctx.resources.get_mut(flavour.id) {
            let condition = condition.map(|name| (&name).into_node(origin));
            for (name, value) in [
                ("Condition", condition),
                ("DeletionPolicy", deletion),
                ("UpdateReplacePolicy", replacement),
            ] {
                if let Some(value) = value {
                    api.insert(name, value);
                }
            }
        }
    }
    for (api, paths) in found.conditions {
        if !ctx.managed.contains(&*api) {
            continue;
        }
        let origin = ctx.resources.entry(&api).map(|e| e.key.origin.clone());
        let origin = origin.unwrap_or_default();
        for (path, methods) in paths {
            let all: BTreeSet<Option<Arc<str>>> = methods.into_values().collect();
            let name = || {
                let path = path
                    .replace('/', "SLASH")
                    .replace('{', "OB")
                    .replace('}', "CB");
                format!("{api}{path}PathCondition")
            };
            let Some(condition) = combine(ctx, &all, name, &origin) else {
                continue;
            };
            if let Some(item) = ctx.paths.item(&mut ctx.resources, &api, &path, None) {
                let origin: Origin = item.origin.clone();
                let inner = std::mem::take(item);
                *item = conditional(&origin, &condition, inner, None);
            }
        }
    }
}

/// The one condition under which something exists that exists under any of these.
fn combine(
    ctx: &mut Ctx<'_>,
    all: &BTreeSet<Option<Arc<str>>>,
    name: impl Fn() -> String,
    origin: &Origin,
) -> Option<Arc<str>> {
    let conditions: Option<Vec<Arc<str>>> = all.iter().cloned().collect();
    let conditions = conditions?;
    match conditions.as_slice() {
        [] => None,
        [only] => Some(only.clone()),
        several => {
            let name = name();
            ctx.any_of(&name, several, origin);
            Some(Arc::from(name))
        }
    }
}
