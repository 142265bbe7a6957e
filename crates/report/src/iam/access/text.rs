//! Who reaches what, for people: by resource, then by identity, then what is not as it should be.

use super::{View, by_level, kind_in_words};
use crate::clean::line;
use crate::line::{count, path as shown_path};
use crate::paint::Paint;
use crate::text::Style;
use palisade_access::{AttackPath, Edge, EdgeKind, Hop, IdleKind, Node, Prize};
use palisade_core::Origin;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// More actions than these are counted, and not named.
const SHOWN_ACTIONS: usize = 6;
/// More attack paths are counted, and not told.
const SHOWN_PATHS: usize = 12;

/// Who reaches what in some applications, as text.
#[must_use]
pub fn text(views: &[View<'_>], style: &Style<'_>) -> String {
    let mut out = String::new();
    for view in views {
        let writer = Writer {
            view,
            style,
            paint: Paint { color: style.color },
        };
        writer.application(&mut out);
    }
    if views.is_empty() {
        out.push_str("no application was found\n");
    }
    out
}

struct Writer<'a> {
    view: &'a View<'a>,
    style: &'a Style<'a>,
    paint: Paint,
}

impl Writer<'_> {
    fn application(&self, out: &mut String) {
        let app = self.view.access.app;
        let grants = self.view.shown();
        let _ = writeln!(
            out,
            "{}: {}, {}, {}\n",
            self.paint
                .bold(&line(&shown_path(self.style.root_prefix, &app.root))),
            count(app.graph().functions.len(), "function"),
            count(self.view.access.identities.len(), "identity").replace("identitys", "identities"),
            count(app.graph().entry_points.len(), "way") + " in",
        );
        self.resources(&grants, out);
        self.identities(&grants, out);
        self.paths(out);
        if self.view.filter.to.is_empty() && self.view.filter.from.is_empty() {
            self.unread(out);
            self.unused(out);
        }
    }

    fn title(&self, title: &str, out: &mut String) {
        let _ = writeln!(out, "{}", self.paint.gutter(title));
    }

    /// `template.yaml:12`.
    fn at(&self, origin: &Origin) -> String {
        let place = self.view.place(origin).map(|at| {
            let file = line(&shown_path(self.style.root_prefix, &at.file));
            format!("{file}:{}", at.line)
        });
        self.paint.dim(&place.unwrap_or_default())
    }

    fn resources(&self, grants: &[&Edge], out: &mut String) {
        let mut by_target: BTreeMap<&Node, Vec<&Edge>> = BTreeMap::new();
        for edge in grants {
            by_target.entry(&edge.to).or_default().push(edge);
        }
        if by_target.is_empty() {
            out.push_str("nothing reaches a resource here by permissions\n\n");
            return;
        }
        self.title("Who reaches each resource", out);
        for (target, edges) in by_target {
            let name = self.paint.bold(&self.view.name(target));
            let _ = writeln!(out, "  {name} ({})", self.view.kind(target));
            for edge in edges {
                self.grant(edge, out);
            }
        }
        out.push('\n');
    }

    fn grant(&self, edge: &Edge, out: &mut String) {
        let many = edge.actions.len() > SHOWN_ACTIONS;
        let mut what: Vec<String> = Vec::new();
        for (level, actions) in by_level(edge) {
            let names = match many {
                true => count(actions.len(), "action"),
                false => actions.join(", "),
            };
            what.push(format!("{} {names}", self.paint.code(level)));
        }
        let what = match edge.kind {
            EdgeKind::Assumes => self.paint.code("assume"),
            _ => what.join("; "),
        };
        let _ = writeln!(out, "    {}: {what}", self.who(&edge.from));
        let mut under: Vec<String> = Vec::new();
        if edge.conditions {
            under.push("under conditions of the policy".to_owned());
        }
        under.extend(
            edge.when
                .iter()
                .map(|c| format!("when {}", line(&c.to_string()))),
        );
        if let Some(reason) = &edge.unknown {
            under.push(self.paint.warn(&format!("perhaps: {}", line(reason))));
        }
        let mut last = vec![self.places(edge)];
        last.extend(under);
        let _ = writeln!(out, "      {}", last.join("; "));
    }

    /// Where an edge is written: `template.yaml:12, 24`.
    fn places(&self, edge: &Edge) -> String {
        let mut places: Vec<String> = Vec::new();
        let mut file = String::new();
        for via in &edge.via {
            let Some(at) = self.view.place(&via.at) else {
                continue;
            };
            let place = match *at.file == *file {
                true => at.line.to_string(),
                false => {
                    let path = line(&shown_path(self.style.root_prefix, &at.file));
                    file = at.file.to_string();
                    format!("{path}:{}", at.line)
                }
            };
            if !places.contains(&place) {
                places.push(place);
            }
        }
        let more = places.len().saturating_sub(3);
        places.truncate(3);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        self.paint.dim(&format!("{}{more}", places.join(", ")))
    }

    /// `CreateOrder as CreateOrderRole`, `Admins (group)`.
    fn who(&self, node: &Node) -> String {
        let name = self.view.name(node);
        let acting = self.view.acting(node);
        let names: Vec<String> = acting.iter().map(|node| self.view.name(node)).collect();
        match names.as_slice() {
            _ if !matches!(node, Node::Identity(_)) => name,
            [] => format!("{name} ({})", self.view.kind(node)),
            [one] => format!("{one} as {name}"),
            [first, second] => format!("{first} and {second} as {name}"),
            [first, rest @ ..] => format!("{first} and {} more as {name}", rest.len()),
        }
    }

    fn identities(&self, grants: &[&Edge], out: &mut String) {
        let mut by_identity: BTreeMap<&Node, Vec<&Edge>> = BTreeMap::new();
        for edge in grants {
            by_identity.entry(&edge.from).or_default().push(edge);
        }
        if by_identity.is_empty() {
            return;
        }
        self.title("What each one reaches", out);
        for (identity, edges) in by_identity {
            // Resources with the same access together.
            let mut parts: Vec<(String, Vec<String>)> = Vec::new();
            for edge in edges {
                let levels = levels_of(edge);
                let maybe = if edge.unknown.is_some() {
                    " (perhaps)"
                } else {
                    ""
                };
                let name = format!("{}{maybe}", self.view.name(&edge.to));
                match parts.iter_mut().find(|(l, _)| *l == levels) {
                    Some((_, names)) => names.push(name),
                    None => parts.push((levels, vec![name])),
                }
            }
            let parts: Vec<String> = parts
                .into_iter()
                .map(|(levels, names)| format!("{levels} {}", names.join(", ")))
                .collect();
            let who = self.who(identity);
            let text = format!("{who}: {}", parts.join("; "));
            let wrapped = wrap(&text, self.style.width.clamp(40, 110) - 2, 4);
            let _ = writeln!(out, "  {wrapped}");
        }
        out.push('\n');
    }

    fn paths(&self, out: &mut String) {
        // Many ways in lead to the same grant: it is told once, with the shortest.
        let mut told: Vec<(Vec<String>, String, usize)> = Vec::new();
        let mut paths: Vec<&AttackPath> = self.view.paths.iter().collect();
        paths.sort_by_key(|path| (!path.who.is_public(), path.hops.len()));
        for path in paths {
            let asked = &self.view.filter.to;
            let target = Node::Resource(path.target.clone());
            if !self.view.is_asked(asked, &target) || !self.view.filter.from.is_empty() {
                continue;
            }
            let last = path.hops.last();
            let behind: Vec<String> = last
                .iter()
                .flat_map(|hop| [&hop.from, &hop.to])
                .map(|node| self.view.name(node))
                .collect();
            match told.iter_mut().find(|(other, _, _)| *other == behind) {
                Some((_, _, n)) => *n += 1,
                None => {
                    let text = self.path(path);
                    told.push((behind, text, 1));
                }
            }
        }
        if told.is_empty() {
            return;
        }
        self.title("Ways from outside to something of value", out);
        for (_, text, n) in told.iter().take(SHOWN_PATHS) {
            let _ = write!(out, "{text}");
            if *n > 1 {
                let others = count(n - 1, "more way");
                let _ = writeln!(out, "    and {others} in to the same");
            }
        }
        if told.len() > SHOWN_PATHS {
            let _ = writeln!(out, "  and {} more", told.len() - SHOWN_PATHS);
        }
        out.push('\n');
    }

    fn path(&self, path: &AttackPath) -> String {
        let mut out = String::new();
        let loot = path.loot;
        let uses = if loot.prize == Prize::Key {
            "use"
        } else {
            "read"
        };
        let words = [
            (loot.reads, uses),
            (loot.writes, "change"),
            (loot.control, "take over"),
        ];
        let words: Vec<&str> = words
            .iter()
            .filter(|(is, _)| *is)
            .map(|(_, w)| *w)
            .collect();
        let words = match words.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
            last => last.map_or("", |(last, _)| last).to_owned(),
        };
        let kind = self.view.kind(&Node::Resource(path.target.clone()));
        let mut when = String::new();
        for condition in &path.when {
            let _ = write!(when, ", when {}", line(&condition.to_string()));
        }
        let _ = writeln!(
            out,
            "  {} can {} {} ({kind}){when}",
            self.paint.warn(&line(&path.who.to_string())),
            match loot.prize {
                Prize::Permissions => "gain permissions as",
                Prize::Role => "act as",
                _ => words.as_str(),
            },
            self.paint.bold(&line(&path.target)),
        );
        for (i, hop) in path.hops.iter().enumerate() {
            let mark = if i == path.mend {
                self.paint.warn("mend")
            } else {
                "    ".to_owned()
            };
            let _ = writeln!(out, "    {mark} {}", self.hop(hop));
        }
        out
    }

    fn hop(&self, hop: &Hop) -> String {
        let from = self.view.name(&hop.from);
        let to = self.view.name(&hop.to);
        let what = match hop.kind {
            EdgeKind::Starts => format!("{from} starts {to}"),
            EdgeKind::ActsAs => format!("{from} acts as {to}"),
            EdgeKind::Assumes => format!("{from} may assume {to}"),
            EdgeKind::Escalates => {
                let first = line(hop.action.as_deref().unwrap_or_default());
                format!("{from} may {first}, and gains {to}")
            }
            EdgeKind::May => {
                let first = hop.action.as_deref().unwrap_or_default();
                let more = hop.actions.len().saturating_sub(1);
                let more = if more > 0 {
                    format!(" and {more} more")
                } else {
                    String::new()
                };
                format!("{from} may {}{more} on {to}", line(first))
            }
        };
        format!("{what}  {}", self.at(&hop.at))
    }

    fn unread(&self, out: &mut String) {
        let unread = &self.view.edges.unread;
        if unread.is_empty() {
            return;
        }
        self.title("What is not taken into account", out);
        for one in unread {
            let does = if one.limits {
                "its boundary"
            } else {
                "a policy of it"
            };
            let _ = writeln!(
                out,
                "  {}: {does}, {}  {}",
                line(&one.identity),
                line(&one.reason),
                self.at(&one.at)
            );
        }
        out.push('\n');
    }

    fn unused(&self, out: &mut String) {
        if self.view.unused.is_empty() {
            return;
        }
        self.title("Permissions that nothing here uses", out);
        for unused in self.view.unused {
            let what = match &unused.what {
                IdleKind::Role => "no resource acts as this role".to_owned(),
                IdleKind::Policy => "this policy is attached to nobody".to_owned(),
                IdleKind::DeletedPrincipal(id) => format!("{} was deleted", line(id)),
            };
            let resource = self.view.access.app.resource(&unused.resource);
            let kind = resource.map(|r| kind_in_words(&r.kind)).unwrap_or_default();
            let _ = writeln!(
                out,
                "  {} ({kind}): {what}  {}",
                self.paint.bold(&line(&unused.resource)),
                self.at(&unused.at)
            );
        }
        out.push('\n');
    }
}

/// `read and write`.
fn levels_of(edge: &Edge) -> String {
    if edge.kind == EdgeKind::Assumes {
        return "assume".to_owned();
    }
    let levels: Vec<&str> = by_level(edge).into_iter().map(|(level, _)| level).collect();
    match levels.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => (*last).to_owned(),
        None => String::new(),
    }
}

/// Breaks a text at spaces; lines after the first begin with an indent.
fn wrap(text: &str, width: usize, indent: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            used = indent;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out
}
