//! The functions against Terraform itself: what `terraform console` (1.11.4) gave for each case is
//! recorded in `cases.txt`, the names of all functions in `names.txt`.

mod bounds;
mod partial;

use super::{Call, Outside, call, encoding, exists};
use palisade_app::{Data, FileError, Part, Value};
use palisade_core::{FileId, Origin};
use std::collections::BTreeSet;

/// The files that stood beside the configuration when the cases were recorded.
pub(super) struct Folder;

const FILES: &[(&str, &str)] = &[
    ("data/a.json", "{\"a\": [1]}"),
    ("data/hello.txt", "hello\n"),
    ("data/sub/b.json", "x"),
    ("data/sub/c.tf", "y"),
];

impl Outside for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let path = path.strip_prefix("./").unwrap_or(path);
        FILES
            .iter()
            .find(|(name, _)| *name == path)
            .map(|(_, text)| text.as_bytes().to_vec())
            .ok_or(FileError::Missing)
    }

    fn list(&self, folder: &str) -> Option<Vec<String>> {
        let folder = if folder == "." {
            String::new()
        } else {
            format!("{folder}/")
        };
        let names = FILES
            .iter()
            .filter_map(|(name, _)| name.strip_prefix(&folder));
        Some(names.map(str::to_owned).collect())
    }
}

/// A value as JSON, with `${…}` where it is not known and `…` where there may be more.
pub(super) fn shown(value: &Value) -> String {
    let call = Call {
        name: "test",
        origin: Origin::default(),
        outside: &Folder,
    };
    match &value.data {
        Data::Unknown(reason) => format!("unknown: {reason}"),
        Data::OneOf(alternatives) => alternatives
            .iter()
            .map(|a| format!("{} when {}", shown(&a.value), a.when))
            .collect::<Vec<_>>()
            .join(" or "),
        _ => encoding::json(&call, value)
            .unwrap()
            .iter()
            .map(Part::to_string)
            .collect(),
    }
}

/// The value of a text of JSON.
pub(super) fn value(json: &str) -> Value {
    let document = palisade_syntax::parse_json(FileId::default(), json).unwrap();
    encoding::tree(&document.root, &Origin::default())
}

pub(super) fn run(name: &str, arguments: &str) -> Value {
    call(
        name,
        value(arguments).items().to_vec(),
        &Origin::default(),
        &Folder,
    )
}

fn cases() -> Vec<(&'static str, &'static str, &'static str)> {
    include_str!("cases.txt")
        .lines()
        .map(|line| {
            let (call, expected) = line.rsplit_once(" => ").unwrap();
            let (name, arguments) = call.split_once(' ').unwrap();
            (name, arguments, expected)
        })
        .collect()
}

/// Cases in which Palisade gives something else, and why.
const DIFFERENT: &[(&str, &str, &str)] = &[
    ("compact [[\"a\",[1]]]", "error", STRUCTURE),
    ("format [\"%s\",[1]]", "error", STRUCTURE),
    ("format [\"%s\",{\"a\":1}]", "error", STRUCTURE),
    ("join [\", \",[[]]]", "error", STRUCTURE),
    (
        "coalescelist [null,[\"a\"]]",
        "error",
        "a null that has a type is skipped",
    ),
    (
        "toset [[{\"b\":1},{\"b\":3},{\"b\":2}]]",
        "sorted",
        "maps have no order that is told",
    ),
];
const STRUCTURE: &str = "a structure may stand for its JSON, and is not told from it";

#[test]
fn functions_give_what_terraform_gives() {
    let mut wrong = Vec::new();
    for (name, arguments, expected) in cases() {
        let given = run(name, arguments);
        let known = super::partial::why_not(&given).is_none();
        let text = shown(&given);
        let fits = match expected {
            "error" => !known,
            // What is encoded keeps its structure, and stands for its text.
            _ if expected.starts_with('"') && !text.starts_with('"') => {
                expected == encoding::quoted(&text)
            }
            _ => known && text == expected,
        };
        let differs = |(call, ..): &(&str, &str, &str)| *call == format!("{name} {arguments}");
        if fits == DIFFERENT.iter().any(differs) {
            wrong.push(format!("{name} {arguments}: {text} instead of {expected}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} cases:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Functions of which no case says what they give, and why.
const WITHOUT_CASES: &[(&str, &str)] = &[
    ("base64gzip", "its argument stays: what the person wrote"),
    ("bcrypt", "random"),
    ("can", "of the evaluator"),
    ("filemd5", "no rule asks for it"),
    ("filesha1", "no rule asks for it"),
    ("issensitive", "not followed"),
    ("md5", "no rule asks for it"),
    ("plantimestamp", "the time is not known"),
    ("rsadecrypt", "what is secret stays so"),
    ("sensitive", "a console does not show what it gives"),
    ("sha1", "no rule asks for it"),
    ("templatefile", "of the evaluator"),
    ("templatestring", "of the evaluator"),
    ("timestamp", "the time is not known"),
    ("try", "of the evaluator"),
    ("uuid", "random"),
    ("uuidv5", "no rule asks for it"),
];

#[test]
fn every_function_of_terraform_is_there_and_has_cases() {
    let with_cases: BTreeSet<&str> = cases().into_iter().map(|(name, ..)| name).collect();
    let names: Vec<&str> = include_str!("names.txt").lines().collect();
    assert!(names.len() > 100);
    for name in &names {
        assert!(exists(name), "{name}");
        let excused = WITHOUT_CASES.iter().any(|(excused, _)| excused == name);
        assert!(with_cases.contains(name) != excused, "{name}");
    }
    assert!(with_cases.iter().all(|name| names.contains(name)));
    assert!(exists("core::join") && !exists("nothing") && !exists("provider::other::f"));
}
