//! Text to syntax tree, and the tools that the front ends share for walking one. Parsing has a
//! work budget; a tree with errors is still read, and the first error becomes a problem.

use crate::Language;
use crate::ir::{Argument, Call, Expr, Name, Program};
use palisade_core::{FileId, Problem, ProblemLevel, Sources, Span};
use std::ops::ControlFlow;
use tree_sitter::{Node, ParseOptions, Parser, Tree};

/// How deep code may be nested; what lies deeper is not read.
const MAX_DEPTH: usize = 120;

/// How often the parser may report progress (every hundred steps) per kilobyte of text. Real code,
/// minified or not, needs at most 20.
const PARSE_BUDGET_PER_KB: usize = 60;

/// What a front end carries while it walks a tree.
pub(crate) struct Reader<'a> {
    pub(crate) text: &'a str,
    pub(crate) file: FileId,
    pub(crate) program: &'a mut Program,
    /// The name that the function that is read next is given.
    pub(crate) hint: Option<Name>,
    depth: usize,
    /// The first place that is nested too deeply.
    too_deep: Option<Span>,
}

impl<'a> Reader<'a> {
    pub(crate) fn span(&self, node: Node<'_>) -> Span {
        Span::new(self.file, node.start_byte(), node.end_byte())
    }

    pub(crate) fn text(&self, node: Node<'_>) -> &'a str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    /// A call, whose name is remembered.
    pub(crate) fn call_of(
        &mut self,
        node: Node<'_>,
        callee: Expr,
        new: bool,
        arguments: Vec<Argument>,
    ) -> Expr {
        if let Expr::Name(name) | Expr::Attribute(_, name, _) = &callee {
            self.program.called.insert(name.clone());
        }
        Expr::Call(Box::new(Call {
            span: self.span(node),
            callee,
            new,
            arguments,
        }))
    }

    /// Runs `read` one level deeper, or gives `instead` if that is too deep.
    pub(crate) fn deeper<T: Default>(
        &mut self,
        node: Node<'_>,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        if self.depth >= MAX_DEPTH {
            let span = self.span(node);
            self.too_deep.get_or_insert(span);
            return T::default();
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }
}

impl Default for Expr {
    fn default() -> Self {
        Self::Unknown("code that is not understood")
    }
}

/// The named children of a node without comments.
pub(crate) fn children<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .filter(|child| child.kind() != "comment")
        .collect()
}

/// The children of a node under a field name.
pub(crate) fn fields<'t>(node: Node<'t>, name: &str) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.children_by_field_name(name, &mut cursor)
        .filter(Node::is_named)
        .collect()
}

/// A child under a field name.
pub(crate) fn field<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
    node.child_by_field_name(name)
}

/// Whether a node has a child that is exactly this word.
pub(crate) fn has_word(node: Node<'_>, word: &str) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|child| child.kind() == word)
}

/// Reads a text with `lower`, and says what of it could not be read.
pub(crate) fn read<T>(
    language: Language,
    file: FileId,
    sources: &Sources,
    program: &mut Program,
    problems: &mut Vec<Problem>,
    lower: impl FnOnce(&mut Reader<'_>, Node<'_>) -> T,
) -> Option<T> {
    let text = sources.text(file);
    let Some(tree) = parse(language, text) else {
        problems.push(Problem::file(
            sources.path(file),
            ProblemLevel::Error,
            "the code is too broken to be read",
        ));
        return None;
    };
    if let Some(node) = first_error(tree.root_node()) {
        let span = Span::new(file, node.start_byte(), node.end_byte());
        problems.push(Problem::at(
            sources,
            span,
            ProblemLevel::Error,
            "the code is not well-formed here; what follows may be read only in part",
        ));
    }
    let mut reader = Reader {
        text,
        file,
        program,
        hint: None,
        depth: 0,
        too_deep: None,
    };
    let result = lower(&mut reader, tree.root_node());
    if let Some(span) = reader.too_deep {
        problems.push(Problem::at(
            sources,
            span,
            ProblemLevel::Error,
            format!(
                "the code is nested more than {MAX_DEPTH} levels deep here, and is not read further"
            ),
        ));
    }
    Some(result)
}

fn parse(language: Language, text: &str) -> Option<Tree> {
    let grammar = match language {
        Language::Python => tree_sitter_python::LANGUAGE,
        Language::JavaScript => tree_sitter_javascript::LANGUAGE,
        Language::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
    };
    let mut parser = Parser::new();
    parser.set_language(&grammar.into()).ok()?;
    let mut left = PARSE_BUDGET_PER_KB.saturating_mul(text.len() / 1024 + 40);
    let mut progress = |_: &tree_sitter::ParseState| {
        left = left.saturating_sub(1);
        if left == 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    parser.parse_with_options(
        &mut |offset, _| text.as_bytes().get(offset..).unwrap_or(&[]),
        None,
        Some(ParseOptions::new().progress_callback(&mut progress)),
    )
}

/// The first place that is not well-formed; found without recursion.
fn first_error(root: Node<'_>) -> Option<Node<'_>> {
    let mut node = root.has_error().then_some(root)?;
    loop {
        if node.is_error() || node.is_missing() {
            return Some(node);
        }
        let mut cursor = node.walk();
        let next = node
            .children(&mut cursor)
            .find(|child| child.has_error() || child.is_missing());
        match next {
            Some(child) => node = child,
            None => return Some(node),
        }
    }
}
