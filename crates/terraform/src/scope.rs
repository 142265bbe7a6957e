//! What an expression can see: the module instance that it stands in, and the names that loops bind.

use crate::module::Module;
use palisade_app::{Condition, Value};
use palisade_syntax::hcl::Block;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// Names that are bound around an expression: `each`, `count`, the variables of loops.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bindings(Option<Rc<Binding>>);

#[derive(Debug)]
struct Binding {
    name: Arc<str>,
    value: Value,
    outer: Bindings,
}

impl Bindings {
    pub(crate) fn with(&self, name: impl Into<Arc<str>>, value: Value) -> Self {
        Self(Some(Rc::new(Binding {
            name: name.into(),
            value,
            outer: self.clone(),
        })))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        let mut here = self;
        while let Some(binding) = &here.0 {
            if &*binding.name == name {
                return Some(&binding.value);
            }
            here = &binding.outer;
        }
        None
    }
}

/// A value that is worked out when it is first asked for.
#[derive(Debug)]
pub(crate) enum Memo {
    /// Somebody is at it: who asks now goes round in a circle.
    Working,
    Done(Value),
}

pub(crate) type Memos = RefCell<BTreeMap<Arc<str>, Memo>>;

/// One instance of a module.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) module: Rc<Module>,
    /// In front of every address in it: `module.api[0].`; nothing in the root.
    pub(crate) prefix: Arc<str>,
    /// Who calls it; none for the root.
    pub(crate) caller: Option<Caller>,
    /// The values that a root module is given.
    pub(crate) given: BTreeMap<Arc<str>, Value>,
    /// Under which conditions it is there.
    pub(crate) when: Vec<Condition>,
    /// How deep it is in other modules.
    pub(crate) depth: usize,
    pub(crate) variables: Memos,
    pub(crate) locals: Memos,
    pub(crate) outputs: Memos,
    pub(crate) calls: RefCell<BTreeMap<Arc<str>, Option<Rc<Called>>>>,
    /// The resources and data sources that were looked at.
    pub(crate) turns: RefCell<BTreeMap<Arc<str>, Option<Rc<Turns>>>>,
}

impl Frame {
    /// An instance of a module that nobody calls.
    pub(crate) fn of(module: Rc<Module>) -> Self {
        Self {
            module,
            prefix: Arc::from(""),
            caller: None,
            given: BTreeMap::new(),
            when: Vec::new(),
            depth: 0,
            variables: Memos::default(),
            locals: Memos::default(),
            outputs: Memos::default(),
            calls: RefCell::default(),
            turns: RefCell::default(),
        }
    }

    /// The root module with its values.
    pub(crate) fn root(module: Rc<Module>, given: BTreeMap<Arc<str>, Value>) -> Rc<Self> {
        Rc::new(Self {
            given,
            ..Self::of(module)
        })
    }
}

/// The call of a module.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) scope: Scope,
    pub(crate) block: Rc<Block>,
}

/// The instances of a module that one block calls.
#[derive(Debug)]
pub(crate) struct Called {
    pub(crate) turns: Rc<Turns>,
    /// One for each turn; none where the module's source is not at hand.
    pub(crate) frames: Option<Vec<Rc<Frame>>>,
}

/// Where an expression stands.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    pub(crate) frame: Rc<Frame>,
    pub(crate) bindings: Bindings,
}

/// How often a block counts.
#[derive(Debug)]
pub(crate) struct Turns {
    pub(crate) shape: Shape,
    pub(crate) turns: Vec<Turn>,
}

/// What a reference to a block gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// The thing itself.
    Single,
    /// A list of them (`count`).
    Counted,
    /// A map of them (`for_each`).
    Keyed,
    /// It can't be told how many there are: the thing itself, which stands for each.
    Open,
}

/// One instance of a block.
#[derive(Debug)]
pub(crate) struct Turn {
    /// Behind the address: `[0]`, `["a"]`.
    pub(crate) suffix: String,
    /// The key of a map.
    pub(crate) key: Arc<str>,
    pub(crate) bindings: Bindings,
    pub(crate) when: Vec<Condition>,
}

impl Scope {
    pub(crate) fn of(frame: &Rc<Frame>) -> Self {
        Self {
            frame: frame.clone(),
            bindings: Bindings::default(),
        }
    }

    pub(crate) fn with(&self, name: impl Into<Arc<str>>, value: Value) -> Self {
        Self {
            frame: self.frame.clone(),
            bindings: self.bindings.with(name, value),
        }
    }
}
