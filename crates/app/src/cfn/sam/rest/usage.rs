//! Usage plans and API keys: one for each API, or one that APIs share.

use super::by_property;
use crate::cfn::sam::Ctx;
use crate::cfn::sam::make::{field, given, list, obj, reference, text};
use crate::cfn::sam::resources::{Res, Source};
use palisade_core::Origin;
use palisade_syntax::{Entry, Node};
use std::sync::Arc;

/// What the APIs with a shared plan have in common so far.
#[derive(Debug, Default)]
pub(in crate::cfn::sam) struct SharedPlan {
    keys: Vec<Node>,
    stages: Vec<Node>,
    apis: Vec<Node>,
    conditions: Vec<Arc<str>>,
    always: bool,
    deletion: Option<Node>,
    replacement: Option<Node>,
}

const CONDITION: &str = "SharedUsagePlanCondition";

/// Makes the usage plan that an API asks for.
pub(super) fn make(ctx: &mut Ctx<'_>, source: &Source, stage: &str) -> Vec<Res> {
    let Some(wanted) = source
        .given("Auth")
        .and_then(|auth| field(auth, "UsagePlan"))
    else {
        return Vec::new();
    };
    let origin = by_property(source, "Auth");
    let known = [
        "CreateUsagePlan",
        "Description",
        "Quota",
        "Tags",
        "Throttle",
        "UsagePlanName",
    ];
    for entry in wanted.as_map().unwrap_or_default() {
        if !known.contains(&&*entry.key.name) {
            let message = format!("`{}` is not a setting of `UsagePlan`", entry.key.name);
            ctx.problem(entry.key.origin.span, message);
        }
    }
    let shared = match text(wanted, "CreateUsagePlan") {
        Some("PER_API") => false,
        Some("SHARED") => true,
        Some("NONE") => return Vec::new(),
        _ => {
            let message = "`UsagePlan` needs `CreateUsagePlan` of PER_API, SHARED or NONE";
            ctx.problem(wanted.origin.span, message);
            return Vec::new();
        }
    };
    let api = reference(&origin, &source.id);
    let stage = reference(&origin, stage);
    let use_stage = obj!(&origin; "ApiId" => &api, "Stage" => &stage);
    let key_stage = obj!(&origin; "RestApiId" => &api, "StageName" => &stage);
    let id = |name: &str| {
        if shared {
            format!("Serverless{name}")
        } else {
            format!("{}{name}", source.id)
        }
    };
    let so_far = ctx.shared_plan.stages.len();
    if shared && !ctx.afford(so_far.saturating_mul(16), origin.span) {
        return Vec::new();
    }
    let attributes = if shared {
        share(ctx, source, &origin)
    } else {
        source.passed_on()
    };
    let new = |name: &str, kind| Res::new(id(name), kind, &origin, attributes.clone());
    let mut plan = new("UsagePlan", "AWS::ApiGateway::UsagePlan");
    let mut key = new("ApiKey", "AWS::ApiGateway::ApiKey");
    let mut tie = new("UsagePlanKey", "AWS::ApiGateway::UsagePlanKey");
    let own = Node::string(source.id.clone(), origin.clone());
    let (apis, stages, keys) = if shared {
        let all = &mut ctx.shared_plan;
        all.apis.push(own);
        all.stages.push(use_stage);
        all.keys.push(key_stage);
        (all.apis.clone(), all.stages.clone(), all.keys.clone())
    } else {
        (vec![own], vec![use_stage], vec![key_stage])
    };
    plan.depends_on = Some(Node::seq(apis, origin.clone()));
    plan.set("ApiStages", stages);
    for name in ["UsagePlanName", "Description", "Quota", "Tags", "Throttle"] {
        plan.opt(name, given(wanted, name));
    }
    key.depends_on = Some(list!(&origin; &plan.id));
    key.set("Enabled", true);
    key.set("StageKeys", keys);
    tie.depends_on = Some(list!(&origin; &key.id));
    tie.set("KeyId", key.reference());
    tie.set("KeyType", "API_KEY");
    tie.set("UsagePlanId", plan.reference());
    vec![plan, key, tie]
}

/// The attributes of the shared resources, which must exist whenever one of their APIs does.
fn share(ctx: &mut Ctx<'_>, source: &Source, origin: &Origin) -> Vec<Entry> {
    let own = source.passed_on();
    let find = |name: &str| {
        own.iter()
            .find(|e| &*e.key.name == name)
            .map(|e| e.value.clone())
    };
    let plan = &mut ctx.shared_plan;
    let rank = |policy: &Option<Node>| match policy.as_ref().and_then(Node::as_str) {
        None => 0,
        Some("Retain") => 3,
        Some("Snapshot") => 2,
        Some(_) => 1,
    };
    for (mine, all) in [
        (find("DeletionPolicy"), &mut plan.deletion),
        (find("UpdateReplacePolicy"), &mut plan.replacement),
    ] {
        if rank(&mine) > rank(all) {
            *all = mine;
        }
    }
    match find("Condition").as_ref().and_then(Node::as_str) {
        None => plan.always = true,
        Some(condition) if !plan.conditions.iter().any(|known| **known == *condition) => {
            plan.conditions.push(Arc::from(condition));
        }
        Some(_) => {}
    }
    let (always, conditions) = (plan.always, plan.conditions.clone());
    let mut attributes = Vec::new();
    for (name, value) in [
        ("DeletionPolicy", plan.deletion.clone()),
        ("UpdateReplacePolicy", plan.replacement.clone()),
    ] {
        attributes.extend(value.map(|value| crate::cfn::sam::make::entry(name, value, origin)));
    }
    ctx.conditions
        .retain(|condition| &*condition.key.name != CONDITION || !always);
    if always {
        return attributes;
    }
    match conditions.as_slice() {
        [] => {}
        [only] => {
            let only = Node::string(only.clone(), origin.clone());
            ctx.condition(CONDITION, only);
        }
        several => {
            let several: Vec<Node> = several
                .iter()
                .map(|condition| obj!(origin; "Condition" => condition))
                .collect();
            ctx.condition(CONDITION, obj!(origin; "Fn::Or" => several));
        }
    }
    let name = Node::string(CONDITION, origin.clone());
    attributes.push(crate::cfn::sam::make::entry("Condition", name, origin));
    attributes
}
