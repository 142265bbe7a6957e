//! References to what SAM gave another id or another name: `Ref: Function.Alias`, a layer version's id.
//! One pass over the finished template; a reference that it does not know stays.

use super::make::intrinsic;
use palisade_syntax::{Data, Node};
use std::collections::BTreeMap;
use std::sync::Arc;

type Names = BTreeMap<Arc<str>, Arc<str>>;
type Parts = BTreeMap<Arc<str>, BTreeMap<&'static str, Arc<str>>>;

/// Rewrites all references of a template.
pub(super) fn rewrite(root: &mut Node, renamed: &Names, parts: &Parts) {
    if renamed.is_empty() && parts.is_empty() {
        return;
    }
    let rewriter = Rewriter { renamed, parts };
    rewriter.node(root);
}

struct Rewriter<'a> {
    renamed: &'a Names,
    parts: &'a Parts,
}

impl Rewriter<'_> {
    fn node(&self, node: &mut Node) {
        let function = intrinsic(node).map(|(name, _)| match name {
            "Ref" => 1,
            "Fn::GetAtt" => 2,
            "Fn::Sub" => 3,
            _ => 0,
        });
        match &mut node.data {
            Data::Seq(items) => items.iter_mut().for_each(|item| self.node(item)),
            Data::Map(entries) => {
                for entry in entries {
                    match (&*entry.key.name, function) {
                        ("DependsOn", _) => self.depends_on(&mut entry.value),
                        (_, Some(1)) => self.reference(&mut entry.value),
                        (_, Some(2)) => self.attribute(&mut entry.value),
                        (_, Some(3)) => self.substitution(&mut entry.value),
                        _ => {}
                    }
                    self.node(&mut entry.value);
                }
            }
            _ => {}
        }
    }

    fn part(&self, id: &str, name: &str) -> Option<&Arc<str>> {
        self.parts.get(id)?.get(name)
    }

    fn depends_on(&self, node: &mut Node) {
        match &mut node.data {
            Data::Seq(items) => items.iter_mut().for_each(|item| self.depends_on(item)),
            Data::String(id) => {
                if let Some(new) = self.renamed.get(id) {
                    *id = new.clone();
                }
            }
            _ => {}
        }
    }

    fn reference(&self, node: &mut Node) {
        let Data::String(id) = &mut node.data else {
            return;
        };
        let new = match id.split_once('.') {
            Some((id, name)) => self.part(id, name),
            None => self.renamed.get(id),
        };
        if let Some(new) = new {
            *id = new.clone();
        }
    }

    /// `[Function.Alias, Arn]` and `[Function, Alias.Arn]` are the same.
    fn attribute(&self, node: &mut Node) {
        let Data::Seq(items) = &mut node.data else {
            return;
        };
        let texts: Option<Vec<&str>> = items.iter().map(Node::as_str).collect();
        let Some(texts) = texts.filter(|texts| texts.len() > 1) else {
            return;
        };
        let joined = texts.join(".");
        let parts: Vec<&str> = joined.split('.').collect();
        let (new, rest) = match (self.renamed.get(parts[0]), self.part(parts[0], parts[1])) {
            (Some(new), _) => (new, &parts[1..]),
            (None, Some(new)) => (new, &parts[2..]),
            (None, None) => return,
        };
        let origin = node.origin.clone();
        let text = |text: &str| Node::string(text, origin.clone());
        *items = std::iter::once(text(new))
            .chain(rest.iter().map(|part| text(part)))
            .collect();
    }

    fn substitution(&self, node: &mut Node) {
        let template = match &mut node.data {
            Data::Seq(items) => items.first_mut(),
            _ => Some(node),
        };
        if let Some(Node {
            data: Data::String(text),
            ..
        }) = template
            && let Some(new) = self.text(text)
        {
            *text = new;
        }
    }

    fn text(&self, text: &str) -> Option<Arc<str>> {
        if !text.contains("${") {
            return None;
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        let mut changed = false;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            out.push_str("${");
            rest = after;
            let Some((name, _)) = after.split_once('}') else {
                continue;
            };
            let mut parts = name.splitn(3, '.');
            let (id, part) = (parts.next().unwrap_or_default(), parts.next());
            let (new, skip) = match (self.renamed.get(id), part) {
                (Some(new), _) => (new, id.len()),
                (None, Some(part)) => match self.part(id, part) {
                    Some(new) => (new, id.len() + 1 + part.len()),
                    None => continue,
                },
                _ => continue,
            };
            out.push_str(new);
            rest = &after[skip..];
            changed = true;
        }
        out.push_str(rest);
        changed.then(|| Arc::from(out))
    }
}
