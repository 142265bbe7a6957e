//! One check per language, many small cases. A case is one file, or several under `--- path`
//! lines; the first is the entry. What is found is written in a short form: `$X` an environment
//! variable, `@x` a part of the event, `?` unknown.

use crate::{Argument, Calls, Language, Modules, Sdk, calls, calls_or_problem};
use palisade_core::Sources;
use std::collections::BTreeMap;
use std::sync::Arc;

mod broken;
mod javascript;
mod python;

struct Files(BTreeMap<String, Arc<str>>);

impl Modules for Files {
    fn read(&self, path: &str) -> Option<Arc<str>> {
        self.0.get(path).cloned()
    }
}

fn read(entry: &str, code: &str) -> (Calls, Sources) {
    let mut files = BTreeMap::new();
    let mut path = entry.to_owned();
    let mut text = String::new();
    for line in code.lines() {
        if let Some(next) = line.strip_prefix("--- ") {
            files.insert(
                std::mem::replace(&mut path, next.to_owned()),
                text.as_str().into(),
            );
            text.clear();
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    files.insert(path, text.as_str().into());
    let mut sources = Sources::default();
    let found = calls(
        entry,
        Some("handler"),
        &["src"],
        &Files(files),
        &mut sources,
    );
    (found, sources)
}

fn short(argument: &Argument) -> String {
    let all =
        |list: &[Argument], between: &str| list.iter().map(short).collect::<Vec<_>>().join(between);
    match argument {
        Argument::Text(text) => text.to_string(),
        Argument::Environment {
            name,
            default: None,
        } => format!("${name}"),
        Argument::Environment {
            name,
            default: Some(default),
        } => format!("${{{name}:-{}}}", short(default)),
        Argument::Joined(parts) => all(parts, "+"),
        Argument::OneOf(list) => format!("({})", all(list, "|")),
        Argument::List(list) => format!("[{}]", all(list, ",")),
        Argument::Map(pairs) => {
            let pairs = pairs
                .iter()
                .map(|(key, value)| format!("{}:{}", short(key), short(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
        }
        Argument::Event(path) => format!("@{path}"),
        Argument::Unknown(_) => "?".to_owned(),
    }
}

/// What is found, a line each: calls with their arguments, then what is unresolved.
fn found(calls: &Calls) -> Vec<String> {
    let mut lines = Vec::new();
    for call in &calls.calls {
        let mut line = format!("{}.{}", call.service, call.operation);
        for (name, value) in &call.arguments {
            line.push_str(&format!(" {name}={}", short(value)));
        }
        if call.open {
            line.push_str(" …");
        }
        for (name, value) in &call.client {
            line.push_str(&format!(" <{name}={}>", short(value)));
        }
        lines.push(line);
    }
    lines.extend(
        calls
            .unresolved
            .iter()
            .map(|one| format!("unresolved: {}", one.what)),
    );
    lines
}

fn check(entry: &str, code: &str, expected: &str) {
    let (calls, sources) = read(entry, code);
    let expected: Vec<&str> = expected
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    assert_eq!(found(&calls), expected, "\n{code}\n{:?}", calls.problems);
    assert!(calls.problems.is_empty(), "{code}\n{:?}", calls.problems);
    for call in &calls.calls {
        let text = sources.text(call.span.file);
        assert!(
            text.get(call.span.range())
                .is_some_and(|text| text.contains('('))
        );
    }
}

#[test]
fn languages_are_told_by_the_ending() {
    assert_eq!(Language::of_path("a/b.py"), Some(Language::Python));
    assert_eq!(Language::of_path("a/b.mjs"), Some(Language::JavaScript));
    assert_eq!(Language::of_path("b.ts"), Some(Language::TypeScript));
    assert_eq!(Language::of_path("b.tsx"), None);
    assert_eq!(Language::of_path("Makefile"), None);
}

#[test]
fn what_is_read_is_told() {
    let (found, sources) = read(
        "src/app.py",
        "import boto3, os\nfrom lib import a\nA = os.environ['A']\nB = os.getenv('B')\n\
         def handler(event, context):\n    return boto3.client('sts').get_caller_identity()\n\
         --- src/lib/a.py\nC = os.environ.get('C', 'c')\nimport os\nC = os.environ.get('C', 'c')\n\
         --- src/unused.py\nimport boto3\nboto3.client('s3').list_buckets()\n",
    );
    let environment: Vec<&str> = found.environment.iter().map(AsRef::as_ref).collect();
    assert_eq!(environment, ["A", "B", "C"]);
    let files: Vec<&str> = found.files.iter().map(AsRef::as_ref).collect();
    assert_eq!(files, ["src/app.py", "src/lib/a.py"]);
    assert_eq!(found.calls.len(), 1);
    assert_eq!(found.calls[0].sdk, Sdk::Boto3);
    let place = sources.location(found.calls[0].span);
    assert_eq!(
        (&*place.file, place.line, place.column),
        ("src/app.py", 6, 12)
    );
}

#[test]
fn after_a_problem_nothing_more_is_read_for_those_who_want_all_or_nothing() {
    let check = |first: &str, expected: &[&str]| {
        let app = format!("from . import {first}\nimport late\nlate.save()\n");
        let texts = [
            ("src/app.py", app.as_str()),
            ("src/late.py", "def save(): pass\n"),
        ];
        let texts = texts.map(|(path, text)| (path.to_owned(), Arc::from(text)));
        let files = Files(BTreeMap::from(texts));
        let mut sources = Sources::default();
        let found = calls_or_problem("src/app.py", None, &["src"], &files, &mut sources);
        let read: Vec<&str> = found.files.iter().map(AsRef::as_ref).collect();
        assert_eq!(read, expected);
        assert_eq!(found.problems.is_empty(), expected.len() == 2);
    };
    check("late", &["src/app.py", "src/late.py"]);
    check("missing", &["src/app.py"]);
}

#[test]
fn names_of_operations_differ_from_the_models_in_case_only() {
    for (method, operation) in [
        ("get_item", "GetItem"),
        ("list_objects_v2", "ListObjectsV2"),
        ("describe_db_instances", "DescribeDBInstances"),
        (
            "describe_cached_iscsi_volumes",
            "DescribeCachediSCSIVolumes",
        ),
    ] {
        let code = format!("import boto3\nboto3.client('x').{method}()\n");
        let (found, _) = read("src/app.py", &code);
        assert!(found.calls[0].operation.eq_ignore_ascii_case(operation));
    }
}
