//! Runs the code on abstract values: modules first, then the functions that they define, from
//! the handler on. Every branch is taken, loops run once, and what a function's caller is not
//! known for runs with unknown parameters. What functions leave in outer variables is known in
//! a second pass.

mod builtin;
mod call;
mod class;
mod expression;
mod import;
mod unseen;

pub(crate) use call::Arguments;

use crate::ir::{Block, Expr, Name, Program, Statement, Target};
use crate::value::{Heap, Kind, Value};
use crate::{Call, Calls, Language, Modules, Unresolved, javascript, parse, python};
use palisade_core::{Problem, ProblemLevel, Sources, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Largest file that is read, in bytes.
const MAX_FILE: usize = 2 << 20;
/// Most bytes that are read for one function.
const MAX_TOTAL: usize = 6 << 20;
/// Steps of one pass after which functions are no longer run for each of their callers.
const BUDGET: usize = 1_000_000;
/// How deep expressions and calls may be nested while running.
const MAX_NESTING: usize = 400;
/// How many functions deep a call is followed.
const MAX_CALLS: usize = 6;

pub(crate) fn run(
    entry: &str,
    handler: Option<&str>,
    roots: &[&str],
    modules: &dyn Modules,
    sources: &mut Sources,
    goes_on: bool,
) -> Calls {
    let mut eval = Eval {
        goes_on,
        roots,
        modules,
        sources,
        program: Program::default(),
        units: Vec::new(),
        by_path: BTreeMap::new(),
        by_import: BTreeMap::new(),
        by_folder: BTreeMap::new(),
        bytes: 0,
        heap: Heap::default(),
        scopes: Vec::new(),
        instances: BTreeMap::new(),
        late: BTreeMap::new(),
        pass: Pass::default(),
        handler: handler.unwrap_or(""),
        result: Calls::default(),
    };
    eval.one_pass(entry);
    if !eval.late.is_empty() {
        eval.pass = Pass::default();
        eval.one_pass(entry);
    }
    if eval.pass.steps > BUDGET {
        eval.result.problems.push(Problem::file(
            entry,
            ProblemLevel::Warning,
            "the code is too large to follow every call; some arguments are shown as unknown",
        ));
    }
    let mut result = eval.result;
    result.calls = eval.pass.calls.into_iter().collect();
    result.unresolved = eval.pass.unresolved.into_iter().collect();
    result
}

/// Stands for a key that is not known.
const UNKNOWN_KEY: &str = "a key";

/// A module that was read.
struct Unit {
    path: Name,
    language: Language,
    body: Arc<Block>,
}

/// Whose variables a scope holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    Module(usize),
    Function(usize),
    Class(usize),
    /// The fields of an instance; they see `this`.
    Fields,
}

struct Scope {
    variables: BTreeMap<Name, Value>,
    parent: Option<usize>,
    owner: Owner,
}

/// A function that exists: where it was made and, for methods, the class object.
#[derive(Clone, Copy)]
struct Made {
    scope: usize,
    class: Option<usize>,
}

/// A run of a function: itself, its scope, its receiver and arguments.
type Run = (usize, usize, Option<Arc<Value>>, Arguments);

/// What one pass over the program gathers.
#[derive(Default)]
pub(crate) struct Pass {
    /// Scope and exports of each module that was run.
    modules: BTreeMap<usize, (usize, Value)>,
    scope: usize,
    returns: Vec<Value>,
    /// Variables with their values before a branch.
    journal: Vec<(usize, Name, Option<Value>)>,
    branches: usize,
    made: BTreeMap<usize, Made>,
    ran: BTreeSet<usize>,
    /// Functions that were called in a way that was not followed.
    widened: BTreeSet<usize>,
    /// Functions that were run with unknown parameters; once is enough.
    swept: BTreeSet<usize>,
    /// What may have to be run still: the handler, what nothing calls by name, the last.
    pending: BTreeSet<(bool, bool, usize)>,
    memory: BTreeMap<Run, Value>,
    active: Vec<usize>,
    nesting: usize,
    /// The value that is computed now is awaited by `.promise()`.
    promised: bool,
    steps: usize,
    pub(crate) calls: BTreeSet<Call>,
    pub(crate) unresolved: BTreeSet<Unresolved>,
}

pub(crate) struct Eval<'a> {
    /// What can be read is read, whatever else can't be.
    goes_on: bool,
    roots: &'a [&'a str],
    modules: &'a dyn Modules,
    sources: &'a mut Sources,
    program: Program,
    units: Vec<Unit>,
    by_path: BTreeMap<Name, usize>,
    /// Python modules by their absolute names.
    by_import: BTreeMap<Name, usize>,
    /// What imports mean in a folder; nothing: a library.
    by_folder: BTreeMap<(Name, Name), Option<usize>>,
    bytes: usize,
    pub(crate) heap: Heap,
    /// All scopes of both passes: what outlives a pass may hold functions made in them.
    scopes: Vec<Scope>,
    /// Instances by class and place, over both passes.
    instances: BTreeMap<(usize, Span), usize>,
    /// What functions wrote into outer variables.
    late: BTreeMap<(Owner, Name), Value>,
    pub(crate) pass: Pass,
    handler: &'a str,
    result: Calls,
}

impl Eval<'_> {
    fn one_pass(&mut self, entry: &str) {
        let text = self.modules.read(entry);
        let loaded = match (Language::of_path(entry), text) {
            (Some(_), Some(text)) => self.load(entry.into(), &text),
            _ => None,
        };
        let Some(unit) = loaded else {
            if self.result.problems.is_empty() {
                self.result.problems.push(Problem::file(
                    entry,
                    ProblemLevel::Error,
                    "there is no source code here that can be read",
                ));
            }
            return;
        };
        self.run_module(unit);
        self.sweep();
    }

    /// Runs what nothing has run yet, callers before callees as far as that can be told.
    fn sweep(&mut self) {
        while let Some((_, _, id)) = self.pass.pending.pop_last() {
            let Some(made) = self.pass.made.get(&id).copied() else {
                continue;
            };
            if self.pass.ran.contains(&id) && !self.pass.widened.contains(&id) {
                continue;
            }
            if !self.pass.swept.insert(id) {
                continue;
            }
            self.run_unknown(id, made);
            self.pass.ran.insert(id);
            self.pass.widened.remove(&id);
        }
    }

    fn make_pending(&mut self, id: usize) {
        let name = &self.program.functions[id].name;
        let is_handler = name.as_ref() == self.handler;
        let is_called = self.program.called.contains(name);
        self.pass.pending.insert((is_handler, !is_called, id));
    }

    /// The number of the module in a file; reads it if need be.
    fn load(&mut self, path: Name, text: &Arc<str>) -> Option<usize> {
        if let Some(unit) = self.by_path.get(&path) {
            return Some(*unit);
        }
        if self.is_over() {
            return None;
        }
        let language = Language::of_path(&path)?;
        self.bytes = self.bytes.saturating_add(text.len());
        if text.len() > MAX_FILE || self.bytes > MAX_TOTAL {
            let message = "the file is too large to be read as source code";
            let problem = Problem::file(path.clone(), ProblemLevel::Error, message);
            if !self.result.problems.contains(&problem) {
                self.result.problems.push(problem);
            }
            return None;
        }
        let file = self.sources.add(path.clone(), text.clone());
        self.result.files.insert(path.clone());
        let body = parse::read(
            language,
            file,
            self.sources,
            &mut self.program,
            &mut self.result.problems,
            match language {
                Language::Python => python::module,
                _ => javascript::module,
            },
        );
        self.units.push(Unit {
            path: path.clone(),
            language,
            body: Arc::new(body.unwrap_or_default()),
        });
        let unit = self.units.len() - 1;
        self.by_path.insert(path, unit);
        Some(unit)
    }

    /// Runs a module once and gives what it exports.
    fn run_module(&mut self, unit: usize) -> Value {
        if let Some((_, exports)) = self.pass.modules.get(&unit) {
            return exports.clone();
        }
        let scope = self.new_scope(None, Owner::Module(unit));
        let python = self.units[unit].language == Language::Python;
        let exports = if python {
            Value::Module(unit)
        } else {
            let exports = Value::Object(self.heap.new_object(Kind::Map));
            let module = self.heap.new_object(Kind::Map);
            self.heap
                .set(module, Value::text("exports"), exports.clone());
            let variables = &mut self.scopes[scope].variables;
            variables.insert("exports".into(), exports);
            variables.insert("module".into(), Value::Object(module));
            Value::Object(module)
        };
        self.pass.modules.insert(unit, (scope, exports.clone()));
        let body = self.units[unit].body.clone();
        if self.pass.nesting < MAX_NESTING {
            // An import may stand inside a branch; the module's own run is none.
            let branches = std::mem::take(&mut self.pass.branches);
            self.within(scope, |eval| eval.block(&body));
            self.pass.branches = branches;
        }
        exports
    }

    fn new_scope(&mut self, parent: Option<usize>, owner: Owner) -> usize {
        self.scopes.push(Scope {
            variables: BTreeMap::new(),
            parent,
            owner,
        });
        self.scopes.len() - 1
    }

    /// Runs something in another scope.
    fn within<T>(&mut self, scope: usize, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.pass.scope, scope);
        let result = run(self);
        self.pass.scope = before;
        result
    }

    /// The module that the current code stands in.
    fn unit(&self) -> usize {
        let mut scope = self.pass.scope;
        loop {
            let Scope { parent, owner, .. } = &self.scopes[scope];
            match (owner, parent) {
                (Owner::Module(unit), _) => return *unit,
                (_, Some(parent)) => scope = *parent,
                (_, None) => return 0,
            }
        }
    }

    fn block(&mut self, block: &Block) {
        for statement in block {
            self.statement(statement);
        }
    }

    /// Nobody wants to know more.
    fn is_over(&self) -> bool {
        !self.goes_on && !self.result.problems.is_empty()
    }

    fn statement(&mut self, statement: &Statement) {
        if self.is_over() {
            return;
        }
        self.pass.steps += 1;
        match statement {
            Statement::Do(value) => {
                self.eval(value);
            }
            Statement::Bind(target, value) => {
                let value = self.eval(value);
                self.bind(target, value, true);
            }
            Statement::Return(value) => {
                let value = self.eval(value);
                if let Some(last) = self.pass.returns.last_mut() {
                    *last = last.or(&value);
                }
            }
            Statement::Branches(blocks) => {
                let blocks: Vec<&Block> = blocks.iter().collect();
                self.branches(&blocks, |eval, block| eval.block(block));
            }
            Statement::Each(target, iterated, body) => {
                let iterated = self.eval(iterated);
                let item = self.item(&iterated);
                self.branches(&[()], |eval, ()| {
                    eval.bind(target, item.clone(), true);
                    eval.block(body);
                });
            }
            Statement::ImportAll(specifier) => self.import_all(specifier),
            Statement::Export(name, value) => {
                let value = self.eval(value);
                let unit = self.unit();
                if let Some((scope, _)) = self.pass.modules.get(&unit)
                    && let Some(Value::Object(id)) =
                        self.scopes[*scope].variables.get("exports").cloned()
                {
                    self.heap.set(id, Value::Text(name.clone()), value);
                }
            }
        }
    }

    /// Runs each alternative from the same start, and joins what they leave.
    fn branches<T: Copy>(&mut self, alternatives: &[T], run: impl Fn(&mut Self, T)) {
        let mut outcomes: BTreeMap<(usize, Name), Value> = BTreeMap::new();
        for alternative in alternatives {
            let mark = self.pass.journal.len();
            self.pass.branches += 1;
            run(self, *alternative);
            self.pass.branches -= 1;
            while self.pass.journal.len() > mark {
                let Some((scope, name, before)) = self.pass.journal.pop() else {
                    break;
                };
                let variables = &mut self.scopes[scope].variables;
                let after = match before {
                    Some(before) => variables.insert(name.clone(), before),
                    None => variables.remove(&name),
                };
                let after = after.unwrap_or(Value::Nothing);
                let key = (scope, name);
                // Undone from the end, so the first value that is met is the last that was set;
                // earlier ones are kept too: they may have been left by a `return`.
                let joined = outcomes
                    .get(&key)
                    .map_or_else(|| after.clone(), |old| old.or(&after));
                outcomes.insert(key, joined);
            }
        }
        for ((scope, name), value) in outcomes {
            let old = self.scopes[scope].variables.get(&name);
            let value = old.map_or_else(|| value.clone(), |old| old.or(&value));
            self.store(scope, name, value);
        }
    }

    /// Sets a variable of the current scope's function.
    fn store(&mut self, scope: usize, name: Name, value: Value) {
        let owner = self.scopes[scope].owner;
        let value = match self.late.get(&(owner, name.clone())) {
            Some(late) => value.or(late),
            None => value,
        };
        let before = self.scopes[scope].variables.insert(name.clone(), value);
        if self.pass.branches > 0 {
            self.pass.journal.push((scope, name, before));
        }
    }

    /// Writes a value to where a target says.
    fn bind(&mut self, target: &Target, value: Value, declare: bool) {
        match target {
            Target::Name(name) => self.bind_name(name, value, declare),
            Target::Attribute(object, name) => {
                let object = self.eval(object);
                self.write(&object, Value::Text(name.clone()), value);
            }
            Target::Index(object, key) => {
                let object = self.eval(object);
                let key = self.eval(key);
                self.write(&object, key, value);
            }
            Target::Fields(parts) => {
                for (key, target, default) in parts {
                    let key = self.eval(key);
                    let mut part = self.index(&value, &key, Span::default());
                    if let Some(default) = default {
                        let default = self.eval(default);
                        part = part.or_default(&default);
                    }
                    self.bind(target, part, declare);
                }
            }
            Target::List(targets) => {
                for (at, target) in targets.iter().enumerate() {
                    let key = Value::text(at.to_string());
                    let part = self.index(&value, &key, Span::default());
                    self.bind(target, part, declare);
                }
            }
            Target::Nowhere => {}
        }
    }

    fn bind_name(&mut self, name: &Name, value: Value, declare: bool) {
        let here = self.pass.scope;
        let outer = match self.scopes[here].owner {
            Owner::Function(id) => self.program.functions[id].outer.contains(name),
            _ => false,
        };
        if declare && !outer {
            self.store(here, name.clone(), value);
            return;
        }
        let mut scope = if outer {
            self.scopes[here].parent.unwrap_or(here)
        } else {
            here
        };
        while !self.scopes[scope].variables.contains_key(name) {
            match self.scopes[scope].parent {
                Some(parent) => scope = parent,
                None => break,
            }
        }
        if scope == here {
            self.store(scope, name.clone(), value);
            return;
        }
        // Someone else's variable: when this runs is not known.
        let key = (self.scopes[scope].owner, name.clone());
        let late = self
            .late
            .get(&key)
            .map_or_else(|| value.clone(), |old| old.or(&value));
        self.late.insert(key, late);
        let variables = &mut self.scopes[scope].variables;
        let joined = variables
            .get(name)
            .map_or_else(|| value.clone(), |old| old.or(&value));
        variables.insert(name.clone(), joined);
    }

    /// Writes a member of an object.
    fn write(&mut self, object: &Value, key: Value, value: Value) {
        for object in object.each() {
            match object {
                Value::Object(id) => match key {
                    Value::Unknown(_) | Value::OneOf(_) | Value::Event(_) => {
                        let key = Value::unknown(UNKNOWN_KEY);
                        self.heap.set(*id, key, value.clone());
                    }
                    _ => self.heap.set(*id, key.clone(), value.clone()),
                },
                Value::Module(unit) => {
                    let (Value::Text(name), Some((scope, _))) = (&key, self.pass.modules.get(unit))
                    else {
                        continue;
                    };
                    let variables = &mut self.scopes[*scope].variables;
                    let joined = variables
                        .get(name)
                        .map_or_else(|| value.clone(), |old| old.or(&value));
                    variables.insert(name.clone(), joined);
                }
                _ => {}
            }
        }
    }

    /// The value of a name.
    fn lookup(&self, name: &str) -> Value {
        let mut scope = Some(self.pass.scope);
        while let Some(at) = scope {
            let Scope {
                variables, parent, ..
            } = &self.scopes[at];
            if let Some(value) = variables.get(name) {
                return value.clone();
            }
            scope = *parent;
        }
        Value::Library(name.into())
    }

    /// An unknown value for what an expression is not followed for.
    fn eval_all(&mut self, parts: &[Expr]) -> Value {
        for part in parts {
            self.eval(part);
        }
        Value::unknown("a value that is computed")
    }
}
