//! What a schema names: which members a value may have, and which of JSON's types it may be of.
//!
//! A member counts as named when any part of the schema names it: a branch of `oneOf` that does not
//! hold too. So nothing that the contract knows is ever dropped, whatever branch was meant.

use super::instance::{Body, Value};
use super::json::{Doc, Kind};
use super::translate::{ANY, OBJECT, Others, Piece, Types, compile_pattern};
use jsonschema::Validator;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

/// What happens to members and query parameters that the contract does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unknown {
    /// They pass.
    Keep,
    /// They are taken out, and the rest passes: less data reaches the function.
    Drop,
    /// The message is refused.
    #[default]
    Refuse,
}

/// More shapes than this are not told apart; what lies beyond is kept.
const MAX_SHAPES: usize = 100_000;

/// The number of the shape that anything has.
const FREE: usize = 0;

#[derive(Debug)]
struct Shape {
    types: Types,
    binary: bool,
    /// Members by name: their shape, and whether they must not be sent this way.
    names: BTreeMap<Arc<str>, (usize, bool)>,
    patterns: Vec<Validator<Body>>,
    /// The shape of members whose names fit a pattern.
    matching: usize,
    /// The shape of all other members; none when there may be none.
    rest: Option<usize>,
    items: usize,
    /// Whether there is anything to look for in it.
    looks: bool,
}

/// All shapes of one schema; the first one is free, the second the schema's own.
#[derive(Debug)]
pub(super) struct Shapes(Vec<Shape>);

/// A step of a JSON pointer, without what the caller named.
#[derive(Clone, Debug)]
enum Step {
    Name(Arc<str>),
    Other,
    Index(usize),
}

/// A member that is not to be sent.
#[derive(Debug)]
pub(super) struct Stray {
    object: u32,
    key: u32,
    /// Where it stands; its own name only if the contract knows it.
    pub(super) pointer: String,
    /// Whether the contract names it, but not for this way.
    pub(super) forbidden: bool,
}

impl Shapes {
    pub(super) fn new(pieces: &[Piece], root: usize) -> Self {
        let mut build = Build {
            pieces,
            known: BTreeMap::new(),
            list: vec![free()],
            queue: Vec::new(),
        };
        build.shape(BTreeSet::from([root]));
        while let Some((at, set)) = build.queue.pop() {
            let shape = build.merge(&set);
            if let Some(place) = build.list.get_mut(at) {
                *place = shape;
            }
        }
        let mut shapes = Self(build.list);
        shapes.find_looks();
        shapes
    }

    /// Marks the shapes in which a walk can find something.
    fn find_looks(&mut self) {
        loop {
            let looks = |at: usize| self.0.get(at).is_some_and(|shape| shape.looks);
            let found: Vec<usize> = (0..self.0.len())
                .filter(|at| {
                    self.0.get(*at).is_some_and(|shape| {
                        !shape.looks
                            && (shape.rest.is_none_or(looks)
                                || looks(shape.items)
                                || looks(shape.matching)
                                || shape.names.values().any(|(at, bad)| *bad || looks(*at)))
                    })
                })
                .collect();
            if found.is_empty() {
                return;
            }
            for at in found {
                if let Some(shape) = self.0.get_mut(at) {
                    shape.looks = true;
                }
            }
        }
    }

    /// The schema's own shape.
    pub(super) const ROOT: usize = 1;

    fn get(&self, at: usize) -> Option<&Shape> {
        self.0.get(at)
    }

    /// The types that a value of this shape may have.
    pub(super) fn types(&self, at: usize) -> Types {
        self.get(at).map_or(ANY, |shape| shape.types)
    }

    /// Whether it is bytes rather than characters.
    pub(super) fn is_binary(&self, at: usize) -> bool {
        self.get(at).is_some_and(|shape| shape.binary)
    }

    /// The shape of the items.
    pub(super) fn items(&self, at: usize) -> usize {
        self.get(at).map_or(FREE, |shape| shape.items)
    }

    /// The shape of a member.
    pub(super) fn member(&self, at: usize, name: &str) -> Option<usize> {
        let Some(shape) = self.get(at) else {
            return Some(FREE);
        };
        if let Some((at, _)) = shape.names.get(name) {
            return Some(*at);
        }
        if !shape.patterns.is_empty() {
            let mut text = Doc::default();
            text.string(name);
            let value = Value::top(&text);
            if shape.patterns.iter().any(|p| p.is_valid(value)) {
                return Some(shape.matching);
            }
        }
        shape.rest
    }

    /// The names of the members that the schema names.
    pub(super) fn names(&self, at: usize) -> impl Iterator<Item = &Arc<str>> {
        self.get(at)
            .into_iter()
            .flat_map(|shape| shape.names.keys())
    }

    /// Finds the members that must not be there, at most `limit` of them.
    pub(super) fn strays(&self, doc: &Doc<'_>, limit: usize) -> Vec<Stray> {
        let mut found = Vec::new();
        self.look(doc, 0, Self::ROOT, limit, &mut Vec::new(), &mut found);
        found
    }

    fn look(
        &self,
        doc: &Doc<'_>,
        at: u32,
        shape: usize,
        limit: usize,
        path: &mut Vec<Step>,
        found: &mut Vec<Stray>,
    ) {
        let Some(shape_here) = self.get(shape).filter(|shape| shape.looks) else {
            return;
        };
        match doc.kind(at) {
            Kind::Object => {
                for (key, value) in doc.members(at) {
                    if found.len() >= limit {
                        return;
                    }
                    let name = doc.text(key);
                    let known = shape_here.names.get_key_value(name);
                    let step = known.map_or(Step::Other, |(name, _)| Step::Name(name.clone()));
                    let forbidden = known.is_some_and(|(_, (_, forbidden))| *forbidden);
                    path.push(step);
                    match self.member(shape, name).filter(|_| !forbidden) {
                        Some(member) => self.look(doc, value, member, limit, path, found),
                        None => found.push(Stray {
                            object: at,
                            key,
                            pointer: pointer(path),
                            forbidden,
                        }),
                    }
                    path.pop();
                }
            }
            Kind::Array => {
                for (i, item) in doc.items(at).enumerate() {
                    path.push(Step::Index(i));
                    self.look(doc, item, shape_here.items, limit, path, found);
                    path.pop();
                }
            }
            _ => {}
        }
    }
}

impl Stray {
    /// Takes it out.
    pub(super) fn drop_from(&self, doc: &mut Doc<'_>) {
        doc.drop_member(self.object, self.key);
    }
}

fn pointer(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        text.push('/');
        match step {
            Step::Name(name) => text.push_str(&name.replace('~', "~0").replace('/', "~1")),
            Step::Other => text.push('*'),
            Step::Index(index) => {
                let _ = write!(text, "{index}");
            }
        }
    }
    text
}

fn free() -> Shape {
    Shape {
        types: ANY,
        binary: false,
        names: BTreeMap::new(),
        patterns: Vec::new(),
        matching: FREE,
        rest: Some(FREE),
        items: FREE,
        looks: false,
    }
}

struct Build<'p> {
    pieces: &'p [Piece],
    known: BTreeMap<BTreeSet<usize>, usize>,
    list: Vec<Shape>,
    queue: Vec<(usize, BTreeSet<usize>)>,
}

impl Build<'_> {
    /// The number of the shape that several schemas have together.
    fn shape(&mut self, set: BTreeSet<usize>) -> usize {
        if set.is_empty() {
            return FREE;
        }
        if let Some(at) = self.known.get(&set) {
            return *at;
        }
        if self.list.len() >= MAX_SHAPES {
            return FREE;
        }
        let at = self.list.len();
        self.list.push(free());
        self.known.insert(set.clone(), at);
        self.queue.push((at, set));
        at
    }

    fn piece(&self, at: usize) -> Option<&Piece> {
        self.pieces.get(at)
    }

    /// The schemas that look at the same value as these.
    fn together(&self, set: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut reached = set.clone();
        let mut open: Vec<usize> = set.iter().copied().collect();
        while let Some(piece) = open.pop().and_then(|at| self.piece(at)) {
            let next = piece.all.iter().chain(&piece.some).chain(&piece.maybe);
            open.extend(next.copied().filter(|at| reached.insert(*at)));
        }
        reached
    }

    fn types(&self, at: usize) -> Types {
        self.types_within(at, &mut Vec::new())
    }

    /// The types of a schema that stands within others, which may be itself.
    fn types_within(&self, at: usize, around: &mut Vec<usize>) -> Types {
        let piece = self.piece(at);
        let Some(piece) = piece.filter(|_| around.len() < 16 && !around.contains(&at)) else {
            return ANY;
        };
        around.push(at);
        let mut types = piece.types;
        for other in &piece.all {
            types &= self.types_within(*other, around);
        }
        if !piece.some.is_empty() {
            let mut some = 0;
            for other in &piece.some {
                some |= self.types_within(*other, around);
            }
            types &= some;
        }
        around.pop();
        types
    }

    /// Whether it is an alternative that allows any object: it says "object" and names nothing.
    fn is_free(&self, at: usize) -> bool {
        self.types(at) & OBJECT != 0
            && self.together(&BTreeSet::from([at])).iter().all(|at| {
                self.piece(*at).is_some_and(|piece| {
                    piece.properties.is_empty()
                        && piece.patterns.is_empty()
                        && piece.others.is_none()
                        && !piece.has_required
                })
            })
    }

    fn merge(&mut self, set: &BTreeSet<usize>) -> Shape {
        let mut shape = free();
        let types = set.iter().fold(ANY, |all, at| all & self.types(*at));
        shape.types = types;
        let mut names: BTreeMap<Arc<str>, BTreeSet<usize>> = BTreeMap::new();
        let mut patterns = BTreeSet::new();
        let mut matching = BTreeSet::new();
        let mut others = BTreeSet::new();
        let mut items = BTreeSet::new();
        let mut closed = false;
        let mut open = false;
        let together = self.together(set);
        for piece in together.iter().filter_map(|at| self.piece(*at)) {
            shape.binary |= piece.binary;
            for (name, at) in &piece.properties {
                names.entry(name.clone()).or_default().insert(*at);
            }
            for (pattern, at) in &piece.patterns {
                patterns.insert(pattern.clone());
                matching.insert(*at);
            }
            match piece.others {
                Some(Others::Schema(at)) => {
                    others.insert(at);
                }
                Some(Others::Refused) => closed = true,
                None => {}
            }
            items.extend(piece.items.iter().copied());
            open |= piece.some.iter().any(|at| self.is_free(*at));
        }
        closed |= !names.is_empty() || !patterns.is_empty();
        shape.rest = if !others.is_empty() && !open {
            Some(self.shape(others))
        } else if closed && !open {
            None
        } else {
            Some(FREE)
        };
        shape.items = self.shape(items);
        shape.matching = self.shape(matching);
        shape.patterns = patterns.iter().filter_map(|p| compile_pattern(p)).collect();
        for (name, set) in names {
            let forbidden = self.together(&set);
            let forbidden = forbidden
                .iter()
                .any(|at| self.piece(*at).is_some_and(|piece| piece.forbidden));
            let at = self.shape(set);
            shape.names.insert(name, (at, forbidden));
        }
        shape
    }
}
