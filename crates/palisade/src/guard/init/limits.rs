//! How much, and what browsers may do.

use super::application::{Reading, Way};
use palisade_app::graph::{Authentication, rest_stages};
use palisade_app::value::{Data, Value};
use palisade_app::{Answer, Resource};
use palisade_core::Origin;
use palisade_guard::init::{Cors, Limit, name};

/// The limits that count a way in, by name.
pub(super) fn of(reading: &mut Reading<'_>, way: &Way<'_>, keyed: bool) -> Vec<String> {
    let Some(api) = way
        .entry
        .source
        .as_deref()
        .and_then(|id| reading.app.resource(id))
    else {
        return Vec::new();
    };
    let mut names = Vec::new();
    match &*api.kind {
        "AWS::ApiGateway::RestApi" => {
            names.extend(of_rest(reading, api, way));
            if keyed {
                plans(reading, api, &mut names);
            }
        }
        "AWS::ApiGatewayV2::Api" => names.extend(of_http(reading, api, way)),
        _ => {}
    }
    names
}

/// The stage's setting for the method, or else the one for all.
fn of_rest(reading: &mut Reading<'_>, api: &Resource, way: &Way<'_>) -> Option<String> {
    let app = reading.app;
    let mut best: Option<(u8, &Value)> = None;
    for stage in rest_stages(app, api) {
        let paths = ["MethodSettings[]", "StageDescription.MethodSettings[]"];
        for leaf in paths.into_iter().flat_map(|path| stage.at(path)) {
            let text = |key: &str| leaf.value.get(key).and_then(Value::as_text).unwrap_or("*");
            let path = text("ResourcePath").replace("~1", "/");
            let path = format!("/{}", path.trim_start_matches('/'));
            let method = text("HttpMethod").to_ascii_uppercase();
            let fits = match (
                path == way.path,
                path.as_str(),
                method == way.method,
                &*method,
            ) {
                (true, _, true, _) => 3,
                (true, _, _, "*") => 2,
                (_, "/*" | "/", true, _) => 1,
                (_, "/*" | "/", _, "*") => 0,
                _ => continue,
            };
            let limits = leaf.value.get("ThrottlingRateLimit").is_some();
            if limits && best.is_none_or(|(first, _)| fits > first) {
                best = Some((fits, leaf.value));
            }
        }
    }
    let (fits, settings) = best?;
    let called = match fits {
        0 => "each-route".to_owned(),
        _ => name(&format!("{} {}", way.method, way.path)),
    };
    throttle(reading, &called, "route", settings, &settings.origin)
}

fn of_http(reading: &mut Reading<'_>, api: &Resource, way: &Way<'_>) -> Option<String> {
    let app = reading.app;
    let key = match way.path.as_str() {
        "$default" => "$default".to_owned(),
        path => format!("{} {path}", way.method),
    };
    for stage in app.attached("AWS::ApiGatewayV2::Stage", "ApiId", &api.id) {
        let own = stage
            .properties
            .get("RouteSettings")
            .and_then(|s| s.get(&key));
        let all = stage.properties.get("DefaultRouteSettings");
        for (settings, called) in [(own, key.as_str()), (all, "each-route")] {
            let limits = settings.filter(|s| s.get("ThrottlingRateLimit").is_some());
            if let Some(settings) = limits {
                return throttle(reading, &name(called), "route", settings, &settings.origin);
            }
        }
    }
    None
}

/// Usage plans count by API key.
fn plans(reading: &mut Reading<'_>, api: &Resource, names: &mut Vec<String>) {
    let app = reading.app;
    let stages: Vec<&Resource> = rest_stages(app, api).collect();
    for plan in app.of_kind("AWS::ApiGateway::UsagePlan") {
        let names_it = |id: &str| plan.refers_to("ApiStages", id);
        if !names_it(&api.id) && !stages.iter().any(|stage| names_it(&stage.id)) {
            continue;
        }
        let called = reading.names.of(app, &plan.id, &["-usage-plan"]);
        let mut limit = Limit {
            per: "key",
            origin: reading.at(&plan.origin),
            ..Limit::default()
        };
        if let Some(settings) = plan.properties.get("Throttle") {
            rate(settings, "RateLimit", "BurstLimit", &mut limit);
        }
        let quota = plan.properties.get("Quota");
        let calls = quota.and_then(|quota| quota.get("Limit")?.as_number());
        let period = quota.and_then(|quota| quota.get("Period")?.as_text());
        let whole = calls.and_then(|calls| format!("{:.0}", calls.floor()).parse::<u64>().ok());
        match (period, whole.filter(|calls| *calls > 0)) {
            (Some("DAY"), Some(calls)) => limit.day = Some(calls),
            // There are no weeks here: a seventh each day is never more.
            (Some("WEEK"), Some(calls)) if calls >= 7 => limit.day = Some(calls / 7),
            (Some("WEEK" | "MONTH"), Some(calls)) => limit.month = Some(calls),
            (None, None) => {}
            _ => limit.decide = Some("the quota of the usage plan".to_owned()),
        }
        let counts = limit.rate.is_some() || limit.day.is_some() || limit.month.is_some();
        if counts || limit.decide.is_some() {
            reading.draft.limits.insert(called.clone(), limit);
            names.push(called);
        }
    }
}

fn throttle(
    reading: &mut Reading<'_>,
    called: &str,
    per: &'static str,
    settings: &Value,
    origin: &Origin,
) -> Option<String> {
    let mut limit = Limit {
        per,
        origin: reading.at(origin),
        ..Limit::default()
    };
    rate(
        settings,
        "ThrottlingRateLimit",
        "ThrottlingBurstLimit",
        &mut limit,
    );
    if limit.rate.is_none() && limit.decide.is_none() {
        return None;
    }
    let limits = &mut reading.draft.limits;
    let mut free = called.to_owned();
    let mut number = 2;
    while limits.get(&free).is_some_and(|there| *there != limit) {
        free = format!("{called}-{number}");
        number += 1;
    }
    limits.insert(free.clone(), limit);
    Some(free)
}

fn rate(settings: &Value, rate: &str, burst: &str, limit: &mut Limit) {
    let Some(value) = settings.get(rate) else {
        return;
    };
    match (value.as_number(), &value.data) {
        // Less than nothing stands for no limit.
        (Some(calls), _) if calls < 0.0 => {}
        (Some(calls), _) => limit.rate = Some(calls),
        (None, Data::Absent | Data::Null) => {}
        (None, _) => {
            limit.decide = Some(format!("the rate, such as \"100/s\": {}", value.display()))
        }
    }
    let whole = |calls: f64| format!("{:.0}", calls.floor()).parse::<u64>().ok();
    limit.burst = settings
        .get(burst)
        .and_then(Value::as_number)
        .and_then(whole);
}

/// What browsers of other origins may do on a way in.
pub(super) fn cors(reading: &Reading<'_>, way: &Way<'_>, ways: &[Way<'_>]) -> Option<Cors> {
    let api = way
        .entry
        .source
        .as_deref()
        .and_then(|id| reading.app.resource(id))?;
    let said = match &*api.kind {
        "AWS::ApiGatewayV2::Api" => api.properties.get("CorsConfiguration"),
        "AWS::Lambda::Url" => api.properties.get("Cors"),
        _ => None,
    };
    let body = way
        .described
        .and_then(|(body, _)| body.get("x-amazon-apigateway-cors"));
    if let Some(said) = said.or(body) {
        let either = |large: &str| {
            let mut small = large.to_owned();
            small.get_mut(..1).map(str::make_ascii_lowercase);
            said.get(large).or_else(|| said.get(&small))
        };
        let texts = |key: &str| -> Vec<String> {
            let list = either(key).map_or(&[][..], Value::items);
            list.iter()
                .filter_map(|v| Some(v.as_text()?.to_owned()))
                .collect()
        };
        let credentials = either("AllowCredentials");
        return palisade_guard::init::cors(
            &texts("AllowOrigins"),
            &texts("AllowHeaders"),
            credentials.is_some_and(|c| c.as_bool() != Some(false)),
            either("MaxAge").and_then(|v| v.as_text()?.parse().ok()),
        );
    }
    // A REST API answers what browsers ask before a call by a method that no code stands behind.
    let preflight = ways.iter().find(|other| {
        other.entry.source == way.entry.source
            && other.path == way.path
            && other.method == "OPTIONS"
            && other.entry.authentication == Authentication::NotNeeded
    })?;
    let answer = match preflight.described {
        Some((_, operation)) => operation,
        None => &preflight.resource.properties,
    };
    let header = |wanted: &str| -> Option<String> {
        let mut found = None;
        answer.walk(&mut |value| {
            for entry in value.entries() {
                let is_it = entry.key.to_ascii_lowercase().ends_with(wanted);
                if let Some(text) = entry
                    .value
                    .as_text()
                    .filter(|_| is_it && entry.key.contains("header"))
                {
                    // A declaration has `true` in place of the value.
                    if text != "true" && text != "false" {
                        found.get_or_insert_with(|| text.to_owned());
                    } else if text == "true" && wanted.ends_with("credentials") {
                        found.get_or_insert_with(|| text.to_owned());
                    }
                }
            }
        });
        found
    };
    let list = |wanted: &str| header(wanted).into_iter().collect::<Vec<_>>();
    palisade_guard::init::cors(
        &list("access-control-allow-origin"),
        &list("access-control-allow-headers"),
        header("access-control-allow-credentials").is_some(),
        None,
    )
}

/// Whether a setting holds under every condition.
pub(super) fn is_on(resource: &Resource, path: &str) -> bool {
    resource
        .at(path)
        .iter()
        .any(|leaf| leaf.bool(false) != Answer::No)
}
