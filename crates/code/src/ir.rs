//! The small language that all source languages are brought to before they are run on abstract
//! values: enough to follow values, nothing else.

use palisade_core::Span;
use std::collections::BTreeSet;
use std::sync::Arc;

pub(crate) type Name = Arc<str>;
pub(crate) type Block = Vec<Statement>;

/// Functions and classes of all modules, by number.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) functions: Vec<Arc<Function>>,
    pub(crate) classes: Vec<Arc<Class>>,
    /// Names that something is called by.
    pub(crate) called: BTreeSet<Name>,
}

#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: Name,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Block,
    pub(crate) kind: FunctionKind,
    /// Names that an assignment in the function does not declare (`global`, `nonlocal`).
    pub(crate) outer: BTreeSet<Name>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FunctionKind {
    /// Python: the receiver is the first parameter.
    Positional,
    /// Python's `@classmethod`.
    ClassMethod,
    /// JavaScript's functions and methods: the receiver is `this`.
    This,
    /// Arrow functions and Python's `@staticmethod`: no receiver.
    Free,
    /// Runs when the attribute is read; the receiver is the first parameter.
    Property,
    /// Runs when the attribute is read; the receiver is `this`.
    Getter,
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) target: Target,
    pub(crate) default: Option<Expr>,
    pub(crate) kind: ParameterKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParameterKind {
    Plain,
    /// `*args`, `...args`
    Rest,
    /// `**kwargs`
    Named,
}

#[derive(Debug)]
pub(crate) struct Class {
    pub(crate) bases: Vec<Expr>,
    /// Runs in the scope of the class; what it declares are the members.
    pub(crate) body: Block,
    /// Run on each new instance before its constructor.
    pub(crate) fields: Vec<(Name, Expr)>,
}

#[derive(Debug)]
pub(crate) enum Statement {
    Do(Expr),
    /// Declares in the current scope.
    Bind(Target, Expr),
    Return(Expr),
    /// Each may run or not.
    Branches(Vec<Block>),
    Each(Target, Expr, Block),
    /// `from x import *`, `export * from 'x'`
    ImportAll(Name),
    Export(Name, Expr),
}

#[derive(Debug)]
pub(crate) enum Expr {
    Text(Name),
    Nothing,
    /// Not known; a short reason in words.
    Unknown(&'static str),
    Name(Name),
    /// With the place of the whole expression.
    Attribute(Box<Expr>, Name, Span),
    Index(Box<Expr>, Box<Expr>),
    Call(Box<Call>),
    Joined(Vec<Expr>),
    /// Python's `a % b`.
    Percent(Box<Expr>, Box<Expr>),
    Map(Vec<Entry>),
    List(Vec<Expr>),
    Either(Vec<Expr>),
    /// The second stands in when there is nothing in the first.
    Default(Box<Expr>, Box<Expr>),
    /// All are run; the value is not known.
    Many(Vec<Expr>),
    /// All are run; the value is the last one's.
    Last(Vec<Expr>),
    Function(usize),
    Class(usize),
    /// A module, or what it exports under a name.
    Import(Name, Option<Name>),
    /// A comprehension.
    Each(Box<Target>, Box<Expr>, Box<Expr>),
    /// Writes where the name is declared.
    Assign(Box<Target>, Box<Expr>),
    /// Declares in the current scope.
    Bind(Box<Target>, Box<Expr>),
    /// Stands before list items and arguments that are spread.
    Spread(Box<Expr>),
}

#[derive(Debug)]
pub(crate) enum Entry {
    Pair(Expr, Expr),
    Spread(Expr),
}

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) span: Span,
    pub(crate) callee: Expr,
    pub(crate) new: bool,
    pub(crate) arguments: Vec<Argument>,
}

#[derive(Debug)]
pub(crate) enum Argument {
    Positional(Expr),
    Named(Name, Expr),
    /// `**kwargs`
    SpreadNamed(Expr),
}

#[derive(Debug)]
pub(crate) enum Target {
    Name(Name),
    Attribute(Expr, Name),
    Index(Expr, Expr),
    /// Object destructuring: key, where it goes, default.
    Fields(Vec<(Expr, Target, Option<Expr>)>),
    List(Vec<Target>),
    /// Evaluated but binds nothing.
    Nowhere,
}
