//! A folder to an application: evaluates the root module and everything that it calls.

use crate::aws;
use crate::decide::{joined, prune};
use crate::evaluate::Evaluator;
use crate::instance::Instance;
use crate::module::{Module, Reading, join, named_in};
use crate::objects;
use crate::places;
use crate::scope::{Frame, Scope};
use palisade_app::cfn::Outcome;
use palisade_app::{Application, Condition, Data, Existence, Files, Language, Value};
use palisade_core::{Origin, Sources, Span};
use palisade_syntax::hcl::{Attribute, Block, ExprKind};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// What is given from outside.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Values of the root module's variables: texts as a command line gives them.
    pub variables: BTreeMap<String, String>,
    /// Files of values, relative to the scanned root; later ones win.
    pub files: Vec<String>,
}

/// Reads the configuration of a folder, and everything that it calls.
#[must_use]
pub fn read(folder: &str, files: &dyn Files, options: &Options) -> Outcome {
    let reading = Reading {
        files,
        sources: Sources::default(),
        comments: Vec::new(),
        problems: Vec::new(),
    };
    let evaluator = Evaluator::new(reading, folder, installed(folder, files));
    let Some(module) = evaluator.module(folder) else {
        return Outcome::NotTemplate("a folder without configuration");
    };
    let given = given(&evaluator, &module, options);
    let root = Frame::root(module, given);
    let mut instances = Vec::new();
    let mut nested = BTreeSet::new();
    collect(&evaluator, &root, &mut instances, &mut nested);
    let outputs = outputs(&evaluator, &root);
    let reading = evaluator.reading.into_inner();
    nested.remove(folder);
    let mut resources = aws::resources(instances);
    places::refine(&mut resources, &reading.sources);
    let mut application = Application::new(
        Arc::from(folder),
        Language::Terraform,
        reading.sources,
        reading.comments,
        nested.into_iter().collect(),
        resources,
    );
    application.given_out = outputs;
    Outcome::Application(Box::new(application), reading.problems)
}

/// The folders of fetched modules, as `terraform init` lists them.
fn installed(folder: &str, files: &dyn Files) -> BTreeMap<String, String> {
    let Ok(bytes) = files.read(&join(folder, ".terraform/modules/modules.json")) else {
        return BTreeMap::new();
    };
    let Ok(list) = serde_json::from_slice::<serde_json::Value>(&bytes) else {
        return BTreeMap::new();
    };
    let modules = list.get("Modules").and_then(serde_json::Value::as_array);
    let entry = |module: &serde_json::Value| {
        let text = |name: &str| module.get(name)?.as_str().map(str::to_owned);
        let path = named_in(folder, &text("Dir")?)?;
        Some((text("Key")?, path))
    };
    modules.into_iter().flatten().filter_map(entry).collect()
}

/// The values of the root's variables, the strongest last: files beside it, files that are named,
/// single values.
fn given(
    evaluator: &Evaluator<'_>,
    module: &Rc<Module>,
    options: &Options,
) -> BTreeMap<Arc<str>, Value> {
    let empty = Frame::root(Rc::new(Module::default()), BTreeMap::new());
    let scope = Scope::of(&empty);
    let mut given = BTreeMap::new();
    let mut take = |attribute: &Attribute| {
        let value = evaluator.eval(&attribute.value, &scope);
        given.insert(attribute.name.text.clone(), value);
    };
    module.given.iter().for_each(&mut take);
    for path in &options.files {
        let values = evaluator.reading.borrow_mut().values(path);
        values.iter().for_each(&mut take);
    }
    for (name, text) in &options.variables {
        if !module.variables.contains_key(name.as_str()) {
            continue;
        }
        // What is not a text by its type is written as an expression.
        let kind = module.variables[name.as_str()].body.get("type");
        let plain = kind.is_none_or(|kind| {
            matches!(&kind.kind, ExprKind::Variable(name) if matches!(&**name, "string" | "any"))
        });
        let value = Value::text(text.as_str(), Origin::default());
        let value = match plain {
            true => value,
            false => palisade_syntax::hcl::parse_expression(Span::default(), text)
                .map_or(value, |expr| evaluator.eval(&expr, &scope)),
        };
        given.insert(Arc::from(name.as_str()), value);
    }
    given
}

/// The resources of a module's instance and of those that it calls, with the folders of all of them.
fn collect(
    evaluator: &Evaluator<'_>,
    frame: &Rc<Frame>,
    instances: &mut Vec<Instance>,
    folders: &mut BTreeSet<Arc<str>>,
) {
    folders.insert(frame.module.folder.clone());
    evaluator.providers(frame, instances);
    for ((kind, name), block) in &frame.module.resources {
        let Some(turns) = evaluator.turns_of_block(frame, false, kind, name) else {
            continue;
        };
        let address = objects::address(frame, false, kind, name);
        for turn in &turns.turns {
            let mut when = joined(&frame.when, &turn.when);
            let scope = Scope {
                frame: frame.clone(),
                bindings: turn.bindings.clone(),
            };
            let mut arguments = evaluator.arguments(&block.body, &scope);
            arguments.origin = head(block);
            let arguments = evaluator.with_default_tags(arguments, kind, &block.body, frame);
            instances.push(Instance {
                address: Arc::from(format!("{address}{}", turn.suffix)),
                kind: kind.clone(),
                arguments: prune(arguments, &mut when),
                kept: kept(block),
                succeeded: Some(succeeded(block)),
                exists: existence(when),
                origin: head(block),
                extent: block.span,
            });
        }
    }
    for name in frame.module.calls.keys() {
        let Some(called) = evaluator.called(frame, name) else {
            continue;
        };
        for frame in called.frames.iter().flatten() {
            if evaluator.may_work(1) {
                collect(evaluator, frame, instances, folders);
            }
        }
    }
}

fn existence(when: Vec<Condition>) -> Existence {
    match when.is_empty() {
        true => Existence::Always,
        false => Existence::When(when),
    }
}

/// Where a block says that what it declares must not be destroyed. Terraform takes a literal only.
fn kept(block: &Block) -> Option<Origin> {
    let mut settings = block.body.blocks_of("lifecycle");
    let says = settings.find_map(|settings| settings.body.attribute("prevent_destroy"))?;
    matches!(says.value.kind, ExprKind::Bool(true)).then(|| Origin::at(says.name.span))
}

/// What a block says of the order in which it is replaced. Terraform takes a literal only.
fn succeeded(block: &Block) -> Value {
    let mut settings = block.body.blocks_of("lifecycle");
    let says = settings.find_map(|settings| settings.body.attribute("create_before_destroy"));
    let first = says.is_some_and(|says| matches!(says.value.kind, ExprKind::Bool(true)));
    let at = says.map_or_else(|| head(block), |says| Origin::at(says.name.span));
    Value::new(Data::Bool(first), at)
}

/// Where a block's name is written.
fn head(block: &Block) -> Origin {
    Origin::at(
        block
            .labels
            .last()
            .map_or(block.kind.span, |label| label.span),
    )
}

/// The resources that the outputs of the root tell of.
fn outputs(evaluator: &Evaluator<'_>, root: &Rc<Frame>) -> BTreeSet<Arc<str>> {
    let mut told = BTreeSet::new();
    for block in root.module.outputs.values() {
        let Some(expr) = block.body.get("value") else {
            continue;
        };
        evaluator.eval(expr, &Scope::of(root)).walk(&mut |value| {
            told.extend(value.references().map(|(id, _)| id.clone()));
        });
    }
    told
}
