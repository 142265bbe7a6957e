//! SAM to `CloudFormation`: what a serverless template deploys, with the place of everything kept.
//!
//! Rules about roles, permissions, APIs and triggers are written for what is deployed; people write
//! the short form. This transform stands between the two, so that a finding about a generated resource
//! points at the line that made it.
//!
//! Invariants:
//! - Pure and deterministic: no files, no clock, no globals; the same template gives the same result.
//! - Never panics. It recurses only along the tree that it is given, whose depth the parser limits.
//! - Nothing is dropped in silence: what is not understood gives a [`SamProblem`] and, where a resource
//!   cannot be transformed, the resource stays as it was written.
//! - A node that was written keeps its origin; one that was made says what made it.

mod api_event;
mod connector;
mod deploy;
mod event;
mod function;
mod globals;
mod graphql;
mod hash;
mod http;
mod implicit;
mod invoke;
mod machine;
mod make;
mod params;
mod policies;
mod pull;
mod push;
mod refs;
mod resources;
mod rest;
mod role;
mod schedule;
mod simple;
mod swagger;
mod websocket;

use make::{entry, given, text};
use palisade_core::{Origin, Span, ViaKind};
use palisade_syntax::{Data, Entry, Node};
use params::Params;
use resources::{Res, Resources, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the transform is told beside the template.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SamOptions {
    /// Given values of parameters; they beat a parameter's `Default`.
    pub parameters: BTreeMap<String, Node>,
    /// The region that is deployed to. Without one, `AWS::Region` stays a reference.
    pub region: Option<String>,
    /// The partition that is deployed to. Without one, `AWS::Partition` stays a reference, and where
    /// SAM writes a partition out it is `aws`.
    pub partition: Option<String>,
}

/// Something that could not be understood, or that SAM would refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SamProblem {
    /// Where it is written.
    pub span: Span,
    /// What is wrong, for a person.
    pub message: String,
}

/// Everything that the steps of one transform share.
struct Ctx<'a> {
    options: &'a SamOptions,
    params: Params<'a>,
    resources: Resources,
    /// Types as they were written, for what names them later.
    written: BTreeMap<Arc<str>, Arc<str>>,
    conditions: Vec<Entry>,
    /// APIs whose definition SAM writes itself.
    managed: BTreeSet<Arc<str>>,
    /// Places of the paths in an API's definition.
    paths: swagger::PathIndex,
    /// `Function.Alias` and the like: what they stand for.
    refs: BTreeMap<Arc<str>, BTreeMap<&'static str, Arc<str>>>,
    /// Logical ids that SAM changes.
    renamed: BTreeMap<Arc<str>, Arc<str>>,
    preferences: Vec<deploy::Preference>,
    shared_plan: rest::SharedPlan,
    /// What each connector was made into.
    connected: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    /// Event source mappings, once they are asked for.
    mappings: Option<connector::Mappings>,
    /// Record sets are gathered by hosted zone: the group's id and its resource.
    record_sets: BTreeMap<String, Res>,
    /// What may still be made by steps that multiply one list by another.
    /// What lists hold that get each item once.
    seen: push::Seen,
    budget: usize,
    problems: Vec<SamProblem>,
}

/// Why a resource cannot be transformed.
type Result<T> = std::result::Result<T, SamProblem>;

/// How many values the multiplying steps may make in all.
const BUDGET: usize = 1_000_000;

impl Ctx<'_> {
    fn problem(&mut self, span: Span, message: impl Into<String>) {
        self.problems.push(SamProblem {
            span,
            message: message.into(),
        });
    }

    fn partition(&self) -> &str {
        self.options.partition.as_deref().unwrap_or("aws")
    }

    /// The ARN of a policy that AWS manages.
    fn managed_arn(&self, path: &str) -> String {
        format!("arn:{}:iam::aws:policy/{path}", self.partition())
    }

    /// Adds a named condition.
    fn condition(&mut self, name: &str, value: Node) {
        let origin = value.origin.clone();
        match self.conditions.iter_mut().find(|c| &*c.key.name == name) {
            Some(old) => old.value = value,
            None => self.conditions.push(entry(name, value, &origin)),
        }
    }

    /// Adds a condition that holds when any of the named ones does. `CloudFormation` takes ten at a
    /// time, so that more of them become a chain.
    fn any_of(&mut self, name: &str, conditions: &[Arc<str>], origin: &Origin) {
        const AT_ONCE: usize = 10;
        let mut left: Vec<Arc<str>> = conditions.to_vec();
        let mut further = left.len().saturating_sub(2) / (AT_ONCE - 1);
        while left.len() > 1 {
            let step: Arc<str> = if further > 0 {
                Arc::from(format!("{name}{further}"))
            } else {
                Arc::from(name)
            };
            further = further.saturating_sub(1);
            let rest = left.split_off(left.len().min(AT_ONCE));
            let items: Vec<Node> = left
                .iter()
                .map(|condition| make::obj!(origin; "Condition" => condition))
                .collect();
            self.condition(&step, make::obj!(origin; "Fn::Or" => items));
            left = rest;
            left.push(step);
        }
    }

    /// Whether that many more values may be made; says so once when not.
    fn afford(&mut self, cost: usize, span: Span) -> bool {
        if let Some(left) = self.budget.checked_sub(cost) {
            self.budget = left;
            return true;
        }
        if self.budget > 0 {
            self.budget = 0;
            self.problem(
                span,
                "the template would become too large; the rest is left out",
            );
        }
        false
    }

    /// Warns of properties that SAM does not know.
    fn check_properties(&mut self, source: &Source, known: &[&str]) {
        let mut found = Vec::new();
        for property in source.props() {
            if !known.contains(&&*property.key.name) {
                let name = &property.key.name;
                let message = format!("`{name}` is not a property of this type; it is left out");
                found.push((property.key.origin.span, message));
            }
        }
        const ATTRIBUTES: [&str; 10] = [
            "Type",
            "Properties",
            "DependsOn",
            "Connectors",
            "IgnoreGlobals",
            "DeletionPolicy",
            "UpdatePolicy",
            "Condition",
            "UpdateReplacePolicy",
            "Metadata",
        ];
        for attribute in source.node.as_map().unwrap_or_default() {
            if make::size(&attribute.value) > resources::SHORT
                && resources::PASSED_ON.contains(&&*attribute.key.name)
            {
                let message = "too large to be handed on to what is made of this resource";
                found.push((attribute.key.origin.span, message.to_owned()));
            }
            if !ATTRIBUTES.contains(&&*attribute.key.name) {
                let name = &attribute.key.name;
                let message = format!("SAM does not hand on the attribute `{name}`");
                found.push((attribute.key.origin.span, message));
            }
        }
        for (span, message) in found {
            self.problem(span, message);
        }
    }

    /// Puts what was made of a resource into its place and behind the others.
    fn put_all(&mut self, place: &Source, made: Vec<Res>) {
        let mut first = true;
        for res in made {
            if std::mem::take(&mut first) {
                let kind = res.kind;
                if res.id != place.id {
                    self.renamed.insert(place.id.clone(), res.id.clone());
                }
                debug_assert!(!kind.is_empty());
                self.resources.put_at(&place.id, res.finish());
                continue;
            }
            let written = self.written.get(&res.id);
            let shares = ["AWS::ApiGateway::", "AWS::ApiGatewayV2::DomainName"];
            let shared = shares.iter().any(|kind| res.kind.starts_with(kind));
            if written.is_some_and(|kind| !(shared && **kind == *res.kind)) {
                let message = format!(
                    "SAM makes a resource `{}`, an id that the template already has; the template's own is kept",
                    res.id
                );
                self.problem(place.span(), message);
                continue;
            }
            self.resources.put(res.finish());
        }
    }
}

/// A SAM template (already in long form: no YAML tags, `{"Fn::Sub": ..}`) to the `CloudFormation`
/// template that it deploys.
#[must_use]
pub fn transform(template: Node, options: &SamOptions) -> (Node, Vec<SamProblem>) {
    let mut root = template;
    let mappings = root.get("Mappings").cloned();
    let mut ctx = Ctx {
        options,
        params: Params::new(root.get("Parameters"), mappings.as_ref(), options),
        resources: Resources::default(),
        written: BTreeMap::new(),
        conditions: Vec::new(),
        managed: BTreeSet::new(),
        paths: swagger::PathIndex::default(),
        refs: BTreeMap::new(),
        renamed: BTreeMap::new(),
        preferences: Vec::new(),
        shared_plan: rest::SharedPlan::default(),
        connected: BTreeMap::new(),
        mappings: None,
        record_sets: BTreeMap::new(),
        seen: push::Seen::new(),
        budget: BUDGET,
        problems: Vec::new(),
    };
    let span = root.origin.span;
    let Some(resources) = root.get_mut("Resources") else {
        ctx.problem(span, "the template has no `Resources`");
        return (root, ctx.problems);
    };
    let Data::Map(entries) = &mut resources.data else {
        let span = resources.origin.span;
        ctx.problem(span, "`Resources` must be a map");
        return (root, ctx.problems);
    };
    ctx.resources = Resources::new(std::mem::take(entries));
    if let Some(Data::Map(conditions)) = root.get_mut("Conditions").map(|c| &mut c.data) {
        ctx.conditions = std::mem::take(conditions);
    }
    check_resources(&mut ctx);
    let globals = root.remove("Globals");
    implicit::prepare(&mut ctx, globals.as_ref().map(|entry| &entry.value));
    globals::merge(&mut ctx, globals);
    rest::choose_versions(&mut ctx);
    connector::detach(&mut ctx);
    for group in ORDER {
        for id in ctx.resources.ids_of(group) {
            one(&mut ctx, &id);
        }
    }
    deploy::finish(&mut ctx);
    for (_, group) in std::mem::take(&mut ctx.record_sets) {
        ctx.resources.put(group.finish());
    }
    connector::settle(&mut ctx);
    remove_transform(&mut root);
    let entries = std::mem::take(&mut ctx.resources).into_entries();
    if let Some(resources) = root.get_mut("Resources") {
        resources.data = Data::Map(entries);
    }
    let conditions = std::mem::take(&mut ctx.conditions);
    if let Some(node) = root.get_mut("Conditions") {
        if node.is_null() || node.as_map().is_some() {
            node.data = Data::Map(conditions);
        }
    } else if let Some(first) = conditions.first() {
        let origin = first.value.origin.clone();
        root.insert("Conditions", Node::new(Data::Map(conditions), origin));
    }
    refs::rewrite(&mut root, &ctx.renamed, &ctx.refs);
    (root, ctx.problems)
}

/// Functions and state machines change the APIs that call them, and connectors speak of what is
/// deployed: the order is part of the result.
const ORDER: [&[&str]; 5] = [
    &["AWS::Serverless::Function"],
    &["AWS::Serverless::StateMachine"],
    &[
        "AWS::Serverless::Api",
        "AWS::Serverless::HttpApi",
        "AWS::Serverless::WebSocketApi",
    ],
    &[
        "AWS::Serverless::SimpleTable",
        "AWS::Serverless::LayerVersion",
        "AWS::Serverless::Application",
        "AWS::Serverless::CapacityProvider",
        "AWS::Serverless::GraphQLApi",
    ],
    &["AWS::Serverless::Connector"],
];

/// Transforms one resource; on a failure it stays as it was written.
fn one(ctx: &mut Ctx<'_>, id: &Arc<str>) {
    let Some(taken) = ctx.resources.take(id) else {
        return;
    };
    let source = Source::new(taken);
    let properties = source.node.get("Properties");
    if let Some(properties) = properties
        && !properties.is_null()
        && properties.as_map().is_none()
    {
        let message = format!("the properties of `{id}` must be a map");
        ctx.problem(properties.origin.span, message);
        ctx.resources.put(source.into_entry());
        return;
    }
    let made = match text(&source.node, "Type").unwrap_or_default() {
        "AWS::Serverless::Function" => function::make(ctx, &source),
        "AWS::Serverless::StateMachine" => machine::make(ctx, &source),
        "AWS::Serverless::Api" => rest::make(ctx, &source),
        "AWS::Serverless::HttpApi" => http::make(ctx, &source),
        "AWS::Serverless::WebSocketApi" => websocket::make(ctx, &source),
        "AWS::Serverless::SimpleTable" => simple::table(ctx, &source),
        "AWS::Serverless::LayerVersion" => simple::layer(ctx, &source),
        "AWS::Serverless::Application" => simple::application(ctx, &source),
        "AWS::Serverless::CapacityProvider" => simple::capacity_provider(ctx, &source),
        "AWS::Serverless::GraphQLApi" => graphql::make(ctx, &source),
        _ => connector::make(ctx, &source),
    };
    match made {
        Ok(made) => ctx.put_all(&source, made),
        Err(problem) => {
            ctx.problems.push(problem);
            ctx.resources.put(source.into_entry());
        }
    }
}

/// Notes the types that were written, and what is not a resource at all.
fn check_resources(ctx: &mut Ctx<'_>) {
    let mut problems = Vec::new();
    for resource in ctx.resources.iter() {
        let id = &resource.key.name;
        let span = resource.key.origin.span;
        if resource.value.as_map().is_none() {
            problems.push(if id.starts_with("Fn::ForEach") {
                (
                    span,
                    "loops must be expanded before the SAM transform".to_owned(),
                )
            } else {
                (
                    span,
                    format!("`{id}` is not a map, so it is not a resource"),
                )
            });
            continue;
        }
        let kind = text(&resource.value, "Type").unwrap_or_default();
        ctx.written.insert(id.clone(), Arc::from(kind));
        if !kind.starts_with("AWS::Serverless::") {
            continue;
        }
        if !ORDER.iter().any(|group| group.contains(&kind)) {
            problems.push((span, format!("`{kind}` is not a type that SAM knows")));
        }
        if !id.chars().all(|c| c.is_ascii_alphanumeric()) {
            problems.push((
                span,
                format!("the logical id `{id}` must be letters and digits"),
            ));
        }
        if given(&resource.value, "Condition").is_some_and(|c| c.as_str().is_none()) {
            problems.push((span, format!("the condition of `{id}` must be a name")));
        }
    }
    for (span, message) in problems {
        ctx.problem(span, message);
    }
}

/// Takes SAM out of the transforms; others stay for whoever knows them.
fn remove_transform(root: &mut Node) {
    let is_sam = |node: &Node| node.as_str() == Some("AWS::Serverless-2016-10-31");
    let others = match root.get_mut("Transform").map(|node| &mut node.data) {
        Some(Data::Seq(items)) => {
            items.retain(|item| !is_sam(item));
            !items.is_empty()
        }
        Some(_) => root.get("Transform").is_some_and(|node| !is_sam(node)),
        None => false,
    };
    if !others {
        root.remove("Transform");
    }
}

/// The origin of what is made for something of a resource.
fn made_for(key: &Origin, what: &str, name: &str, of: &str, resource: &str) -> Origin {
    let step = format!("{what} {name} of {of} {resource}");
    key.through(ViaKind::Transform(Arc::from(step)), key.span)
}

#[cfg(test)]
mod tests;
