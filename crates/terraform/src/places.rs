//! Where each part of a text of JSON stands. What is made of such a text, a policy in a heredoc or
//! in a template file, all stands where the text does; here it gets the lines of its own.
//!
//! Only places change, never a value: where text and value are not alike, they stay as they are.

use palisade_app::{Data, Resource, Value};
use palisade_core::{Sources, Span};

/// Lists and maps within each other are followed this deep.
const MAX_DEPTH: usize = 64;

/// Gives the parts of texts of JSON their places.
pub(crate) fn refine(resources: &mut [Resource], sources: &Sources) {
    for resource in resources {
        of_value(&mut resource.properties, sources);
    }
}

fn of_value(value: &mut Value, sources: &Sources) {
    let span = value.origin.span;
    if is_of_one_text(value) {
        let text = sources.text(span.file).get(span.range());
        if let Some(shape) = text.and_then(Shape::of)
            && shape.is_alike(value)
        {
            shape.place(value, span);
        }
        return;
    }
    match &mut value.data {
        Data::List(list) => list
            .items
            .iter_mut()
            .for_each(|item| of_value(item, sources)),
        Data::Map(map) => {
            let values = map.entries.iter_mut().map(|entry| &mut entry.value);
            values.for_each(|value| of_value(value, sources));
        }
        Data::OneOf(all) => {
            let values = all.iter_mut().map(|alternative| &mut alternative.value);
            values.for_each(|value| of_value(value, sources));
        }
        _ => {}
    }
}

/// Whether everything in a list or map stands at the same place.
fn is_of_one_text(value: &Value) -> bool {
    let span = value.origin.span;
    match &value.data {
        Data::List(list) => {
            !list.items.is_empty() && list.items.iter().all(|item| item.origin.span == span)
        }
        Data::Map(map) => {
            let mut entries = map.entries.iter();
            !map.entries.is_empty()
                && entries.all(|e| e.key_origin.span == span && e.value.origin.span == span)
        }
        _ => false,
    }
}

/// A piece of a text of JSON, from one byte to another.
#[derive(Debug)]
struct Shape {
    start: usize,
    end: usize,
    inner: Inner,
}

#[derive(Debug)]
enum Inner {
    /// A text, a number, what is put in, or the like.
    Leaf,
    List(Vec<Shape>),
    /// Keys with their values.
    Map(Vec<(Shape, String, Shape)>),
}

impl Shape {
    /// The shape of a heredoc, or of a text that begins with JSON.
    fn of(text: &str) -> Option<Self> {
        let at = match text.starts_with("<<") {
            true => text.find('\n')?,
            false => 0,
        };
        let mut scan = Scan { text, at };
        let shape = scan.value(0)?;
        scan.space();
        // The mark that ends a heredoc.
        let rest = text.get(scan.at..)?;
        let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        (!matches!(shape.inner, Inner::Leaf) && rest.trim_end().chars().all(word)).then_some(shape)
    }

    fn entry(&self, name: &str) -> Option<&(Self, String, Self)> {
        match &self.inner {
            Inner::Map(entries) => entries
                .iter()
                .find(|(_, key, _)| key.eq_ignore_ascii_case(name)),
            _ => None,
        }
    }

    /// Whether a value may be what is made of it.
    fn is_alike(&self, value: &Value) -> bool {
        match (&self.inner, &value.data) {
            (Inner::List(items), Data::List(list)) => items.len() == list.items.len(),
            (Inner::Map(_), Data::Map(map)) => map
                .entries
                .iter()
                .all(|entry| self.entry(&entry.key).is_some()),
            _ => false,
        }
    }

    fn span(&self, text: Span) -> Span {
        let at = text.range().start;
        Span::new(text.file, at + self.start, at + self.end)
    }

    /// Gives a value its place, and what is in it.
    fn place(&self, value: &mut Value, text: Span) {
        if value.origin.span != text {
            return;
        }
        let alike = self.is_alike(value);
        value.origin.span = self.span(text);
        match (&self.inner, &mut value.data) {
            (Inner::List(items), Data::List(list)) if alike => {
                for (shape, item) in items.iter().zip(&mut list.items) {
                    shape.place(item, text);
                }
            }
            (Inner::Map(_), Data::Map(map)) => {
                for entry in &mut map.entries {
                    if let Some((key, _, shape)) = self.entry(&entry.key) {
                        entry.key_origin.span = key.span(text);
                        shape.place(&mut entry.value, text);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Reads JSON in which `${…}` may stand.
struct Scan<'t> {
    text: &'t str,
    at: usize,
}

impl Scan<'_> {
    fn rest(&self) -> &[u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn next(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    fn space(&mut self) {
        while self.next().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn takes(&mut self, byte: u8) -> Option<()> {
        self.space();
        (self.next()? == byte).then(|| self.at += 1)
    }

    fn value(&mut self, depth: usize) -> Option<Shape> {
        self.space();
        let start = self.at;
        let inner = match self.next()? {
            _ if depth > MAX_DEPTH => return None,
            b'{' => Inner::Map(self.several(b'}', |scan| {
                scan.space();
                let start = scan.at;
                scan.string()?;
                let end = scan.at;
                let name = scan.text.get(start + 1..end - 1)?.to_owned();
                let inner = Inner::Leaf;
                scan.takes(b':')?;
                Some((Shape { start, end, inner }, name, scan.value(depth + 1)?))
            })?),
            b'[' => Inner::List(self.several(b']', |scan| scan.value(depth + 1))?),
            b'"' => {
                self.string()?;
                Inner::Leaf
            }
            b'$' => {
                self.put_in()?;
                Inner::Leaf
            }
            _ => {
                let word = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
                while self.next().is_some_and(word) {
                    self.at += 1;
                }
                (self.at > start).then_some(Inner::Leaf)?
            }
        };
        let end = self.at;
        Some(Shape { start, end, inner })
    }

    /// What stands between brackets.
    fn several<T>(&mut self, close: u8, one: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.at += 1;
        let mut all = Vec::new();
        if self.takes(close).is_some() {
            return Some(all);
        }
        loop {
            all.push(one(self)?);
            if self.takes(b',').is_none() {
                return self.takes(close).map(|()| all);
            }
        }
    }

    fn string(&mut self) -> Option<()> {
        self.takes(b'"')?;
        loop {
            match self.rest() {
                [b'"', ..] => {
                    self.at += 1;
                    return Some(());
                }
                [b'\\', _, ..] => self.at += 2,
                [b'$', b'$', b'{', ..] => self.at += 3,
                [b'$', b'{', ..] => self.put_in()?,
                [_, ..] => self.at += 1,
                [] => return None,
            }
        }
    }

    /// `${…}`, with the strings and braces in it.
    fn put_in(&mut self) -> Option<()> {
        if !self.rest().starts_with(b"${") {
            return None;
        }
        self.at += 2;
        let mut open = 1;
        while open > 0 {
            match self.next()? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' => open += 1,
                b'}' => open -= 1,
                _ => {}
            }
            self.at += 1;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::application;
    use palisade_app::{Data, Value};

    /// The lines of values of a policy in the file of configuration, or in that of a template.
    fn lines(configuration: &str, template: &str) -> Vec<(String, u32)> {
        let files = [("main.tf", configuration), ("policy.json", template)];
        let (app, problems) = application(&files);
        assert!(problems.is_empty(), "{problems:?}");
        let policy = app.resource("aws_iam_policy.p").expect("policy");
        let policy = policy.properties.get("PolicyDocument").expect("document");
        let line = |value: &Value| app.sources.location(value.span()).line;
        let mut found = Vec::new();
        policy.walk(&mut |value| {
            if !matches!(value.data, Data::Map(_) | Data::List(_)) {
                found.push((value.display(), line(value)));
            }
        });
        found
    }

    const POLICY: &str = r#"{
  "Statement": [{
    "Effect": "Allow",
    "Action": ["s3:*",
      "sqs:*"],
    "Resource": "${join("}", ["a"])}"
  }]
}
"#;

    fn shown(first: u32) -> Vec<(String, u32)> {
        let expected = [("Allow", 2), ("s3:*", 3), ("sqs:*", 4), ("a", 5)];
        expected
            .map(|(text, line)| (text.to_owned(), first + line))
            .to_vec()
    }

    fn sorted(mut found: Vec<(String, u32)>) -> Vec<(String, u32)> {
        found.sort_by_key(|(_, line)| *line);
        found
    }

    #[test]
    fn parts_of_texts_have_their_own_lines() {
        let resource = |policy: &str| {
            format!("resource \"aws_iam_policy\" \"p\" {{\n  policy = {policy}\n}}\n")
        };
        let heredoc = resource(&format!("<<EOF\n{POLICY}EOF"));
        assert_eq!(sorted(lines(&heredoc, "")), shown(3));
        let template = resource("templatefile(\"policy.json\", {})");
        assert_eq!(sorted(lines(&template, POLICY)), shown(1));
    }

    #[test]
    fn what_is_not_alike_stays_where_the_text_stands() {
        let policy = "<<EOF\n{%{ if true }\n\"Statement\": []%{ endif }, \"Id\": \"x\"}\nEOF";
        let text = format!("resource \"aws_iam_policy\" \"p\" {{\n  policy = {policy}\n}}\n");
        assert_eq!(lines(&text, ""), [("x".to_owned(), 2)]);
    }
}
