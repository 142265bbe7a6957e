//! A draft from an application: its ways in, each with how its callers are asked who they are.

use super::authorizers::{self, Asked};
use super::contracts::Contracts;
use super::{Names, World, limits, sources};
use palisade_app::graph::{Authentication, EntryKind, EntryPoint, Reach};
use palisade_app::value::{Data, Part, Value};
use palisade_app::{Application, Resource};
use palisade_core::Origin;
use palisade_guard::init::{Callers, Draft, METHODS, Noted, Route, Setting, Target};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What functions are called beside their own name.
pub(super) const OF_FUNCTIONS: &[&str] = &["-lambda-function", "-function"];
const OF_APIS: &[&str] = &["-rest-api", "-http-api", "-api", "-url"];

/// A way in over HTTP, with what it was written as.
pub(super) struct Way<'a> {
    pub(super) entry: &'a EntryPoint,
    /// In upper case; `ANY` for all.
    pub(super) method: String,
    pub(super) path: String,
    /// The method, route, URL or API.
    pub(super) resource: &'a Resource,
    /// The API's description and the operation in it, where it is written so.
    pub(super) described: Option<(&'a Value, &'a Value)>,
}

/// What reading an application needs everywhere.
pub(super) struct Reading<'a> {
    pub(super) app: &'a Application,
    pub(super) world: &'a World,
    pub(super) names: Names,
    /// Names of targets, which don't share those of functions.
    targets: Names,
    pub(super) draft: Draft,
}

/// The draft of an application.
pub(super) fn draft(app: &Application, world: &World) -> Draft {
    let mut reading = Reading {
        app,
        world,
        names: Names::default(),
        targets: Names::default(),
        draft: Draft {
            from: format!("{} ({})", shown_root(app), app.language.as_str()),
            environment: environment(app),
            regions: world.region.iter().map(Setting::known).collect(),
            ..Draft::default()
        },
    };
    for function in &app.graph().functions {
        reading.names.of(app, &function.id, OF_FUNCTIONS);
    }
    let ways = ways(&mut reading);
    let targets = targets(&mut reading, &ways);
    let mut contracts = Contracts::default();
    let answered = |way: &&Way<'_>| way.entry.authentication != Authentication::NotNeeded;
    for way in ways.iter().filter(answered) {
        let target = targets.get(&way.entry.source).cloned().unwrap_or_default();
        reading.route(way, &ways, &target, &mut contracts);
    }
    contracts.finish(&mut reading);
    sources::read(&mut reading);
    reading.draft
}

fn shown_root(app: &Application) -> &str {
    if app.root.is_empty() { "." } else { &app.root }
}

/// The name of the only stage, where it is a name.
fn environment(app: &Application) -> Option<String> {
    let kinds = ["AWS::ApiGateway::Stage", "AWS::ApiGatewayV2::Stage"];
    let stages = kinds.into_iter().flat_map(|kind| app.of_kind(kind));
    let mut names: Vec<&str> = stages.filter_map(|stage| stage.text("StageName")).collect();
    names.sort_unstable();
    names.dedup();
    let proper = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    match names.as_slice() {
        [name] if !name.is_empty() && name.len() <= 64 && name.bytes().all(proper) => {
            Some((*name).to_owned())
        }
        _ => None,
    }
}

impl Reading<'_> {
    /// Where something is written, for comments.
    pub(super) fn at(&self, origin: &Origin) -> String {
        let sources = &self.app.sources;
        let path = sources.path(origin.span.file);
        match path.is_empty() {
            true => shown_root(self.app).to_owned(),
            false => format!("{path}:{}", sources.line(origin.span)),
        }
    }

    /// A value as a setting: what only the deployment knows has to be decided.
    pub(super) fn setting(&self, value: &Value) -> Setting {
        let Some(parts) = value.parts() else {
            return Setting::decide(match &value.data {
                Data::Unknown(reason) => format!("{} (what is written there is not known)", reason),
                _ => value.display(),
            });
        };
        let mut text = String::new();
        let mut is_known = true;
        for part in parts.iter() {
            match (part, self.pseudo(part)) {
                (Part::Literal(literal), _) => text.push_str(literal),
                (_, Some(known)) => text.push_str(&known),
                (part, None) => {
                    is_known = false;
                    text.push_str(&part.to_string());
                }
            }
        }
        match is_known {
            true if text.trim().is_empty() => Setting::decide("what is written there is empty"),
            true => Setting::Known(text),
            false => Setting::Decide(text),
        }
    }

    fn pseudo(&self, part: &Part) -> Option<String> {
        let Part::Pseudo(name) = part else {
            return None;
        };
        let region = self.world.region.as_deref();
        match &**name {
            "AWS::AccountId" => self.world.account.clone(),
            "AWS::Region" => region.map(str::to_owned),
            "AWS::URLSuffix" => region.map(|region| match region.starts_with("cn-") {
                true => "amazonaws.com.cn".to_owned(),
                false => "amazonaws.com".to_owned(),
            }),
            "AWS::Partition" => region.map(|region| {
                let partition = match region {
                    r if r.starts_with("cn-") => "aws-cn",
                    r if r.starts_with("us-gov-") => "aws-us-gov",
                    _ => "aws",
                };
                partition.to_owned()
            }),
            _ => None,
        }
    }

    pub(super) fn left_out(&mut self, what: impl Into<String>, origin: &Origin) {
        let origin = self.at(origin);
        let what = what.into();
        self.draft.left_out.push(Noted { what, origin });
    }

    fn route(&mut self, way: &Way<'_>, ways: &[Way<'_>], target: &str, contracts: &mut Contracts) {
        let entry = way.entry;
        let Asked {
            callers,
            scopes,
            mut notes,
        } = authorizers::callers(self, way);
        let function = match entry.functions.first() {
            Some(id) => self.names.of(self.app, id, OF_FUNCTIONS),
            None => {
                notes.push("no function of the application stands behind it".to_owned());
                let id = entry.source.as_deref().unwrap_or(&entry.resource);
                let id = id.to_owned();
                self.names.of(self.app, &id, OF_APIS)
            }
        };
        if entry.functions.len() > 1 {
            notes.push("several functions may stand behind it".to_owned());
        }
        if entry.reach == Reach::Restricted {
            let api = entry.source.as_deref().and_then(|id| self.app.resource(id));
            let what = format!(
                "{} is reached from private networks, or as its resource policy allows",
                api.map_or(entry.label.clone(), |api| api.name().into_owned())
            );
            let origin = self.at(api.map_or(&entry.at, |api| &api.origin));
            self.draft.restricted.push(Noted { what, origin });
        }
        let is_any = way.method == "ANY";
        let methods = match is_any {
            true => METHODS.map(str::to_owned).to_vec(),
            false => vec![way.method.clone()],
        };
        let keyed = matches!(&callers, Callers::Who(who) if who.contains(&palisade_guard::init::Accept::ApiKey));
        let limits = limits::of(self, way, keyed);
        let cors = limits::cors(self, way, ways);
        let contract = contracts.of(self, way);
        let paths = match way.path.as_str() {
            "$default" => vec!["/".to_owned(), "/{proxy+}".to_owned()],
            path => vec![path.to_owned()],
        };
        for path in paths {
            let path = match path.starts_with('/') {
                true => Setting::Known(path),
                false => Setting::decide(format!("the path: it is written as `{path}`")),
            };
            self.draft.routes.push(Route {
                path,
                methods: methods.clone(),
                any: is_any,
                function: function.clone(),
                target: target.to_owned(),
                callers: callers.clone(),
                scopes: scopes.clone(),
                limits: limits.clone(),
                contract: contract.clone(),
                cors: cors.clone(),
                origins: vec![self.at(&entry.at)],
                notes: notes.clone(),
            });
        }
    }
}

/// The ways in over HTTP that a gateway can stand before; the others are left out, and said.
fn ways<'a>(reading: &mut Reading<'a>) -> Vec<Way<'a>> {
    let app = reading.app;
    let mut ways = Vec::new();
    for entry in &app.graph().entry_points {
        match entry.kind {
            EntryKind::RestRoute | EntryKind::HttpRoute | EntryKind::FunctionUrl => {}
            EntryKind::WebSocketRoute => {
                reading.left_out(format!("WebSocket route {}", entry.label), &entry.at);
                continue;
            }
            EntryKind::GraphQl => {
                reading.left_out(
                    format!("{}: AppSync decides for itself", entry.label),
                    &entry.at,
                );
                continue;
            }
            EntryKind::LoadBalancer => {
                reading.left_out(format!("load balancer {}", entry.resource), &entry.at);
                continue;
            }
            _ => continue,
        }
        let Some(resource) = app.resource(&entry.resource) else {
            continue;
        };
        let (method, path) = match (entry.kind, entry.label.split_once(' ')) {
            (EntryKind::FunctionUrl, _) => ("ANY", "$default"),
            (_, Some((method, path))) => (method, path),
            (_, None) => ("ANY", entry.label.as_str()),
        };
        let path = match path {
            "/$default" => "$default",
            path => path,
        };
        let is_rest_method = &*resource.kind == "AWS::ApiGateway::Method";
        let unplaced = is_rest_method && resource.references("ResourceId").is_empty();
        let path = match unplaced {
            true => format!("a resource that stands elsewhere, of {}", resource.id),
            false => path.to_owned(),
        };
        ways.push(Way {
            entry,
            method: method.to_ascii_uppercase(),
            described: described(resource, method, &path),
            path,
            resource,
        });
    }
    ways
}

/// The operation in the description of an API.
fn described<'a>(api: &'a Resource, method: &str, path: &str) -> Option<(&'a Value, &'a Value)> {
    let written = if path == "$default" {
        "/$default"
    } else {
        path
    };
    let key = match method {
        "ANY" => "x-amazon-apigateway-any-method".to_owned(),
        method => method.to_ascii_lowercase(),
    };
    api.at("Body").into_iter().find_map(|leaf| {
        let item = leaf.value.get("paths")?.get(written)?;
        let operation = item
            .entries()
            .iter()
            .find(|e| e.key.eq_ignore_ascii_case(&key))?;
        Some((leaf.value, &operation.value))
    })
}

/// Where each API's functions are reached: by its id, the name of its target. APIs that stand
/// elsewhere are one: the application does not tell them apart.
fn targets(reading: &mut Reading<'_>, ways: &[Way<'_>]) -> BTreeMap<Option<Arc<str>>, String> {
    let app = reading.app;
    let answered = |way: &&Way<'_>| way.entry.authentication != Authentication::NotNeeded;
    let mut apis: BTreeMap<Option<Arc<str>>, Vec<Option<Arc<str>>>> = BTreeMap::new();
    for way in ways.iter().filter(answered) {
        let source = &way.entry.source;
        let api = source.clone().filter(|id| api(app, id).is_some());
        apis.entry(api).or_default().push(source.clone());
    }
    let only = apis.len() == 1;
    let mut names = BTreeMap::new();
    for (id, sources) in apis {
        let there = id.as_deref().and_then(|id| api(app, id));
        let (called, origin) = match there {
            Some(api) => (format!("`{}`", api.name()), reading.at(&api.origin)),
            None => (
                "the API that stands elsewhere".to_owned(),
                shown_root(app).to_owned(),
            ),
        };
        let name = match &id {
            _ if only => "api".to_owned(),
            None => "elsewhere".to_owned(),
            Some(id) => reading.targets.of(app, id, OF_APIS),
        };
        if there.is_none() {
            let what = "an API stands elsewhere, and may have a resource policy".to_owned();
            let origin = origin.clone();
            reading.draft.restricted.push(Noted { what, origin });
        }
        let url = match &reading.world.target {
            Some(url) => Setting::known(url),
            None => Setting::decide(format!(
                "where the functions behind {called} are reached, as `https://host`"
            )),
        };
        let target = Target { url, origin };
        reading.draft.targets.insert(name.clone(), target);
        for source in sources {
            names.insert(source, name.clone());
        }
    }
    names
}

/// The API or function URL of this id.
fn api<'a>(app: &'a Application, id: &str) -> Option<&'a Resource> {
    let kinds = [
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGatewayV2::Api",
        "AWS::Lambda::Url",
    ];
    app.resource(id).filter(|api| kinds.contains(&&*api.kind))
}
