//! Checks on the repository itself.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may panic, and works on files"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

fn walk(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().unwrap().is_dir() {
            if name != "target" && name != ".git" && name != "node_modules" {
                walk(&entry.path(), ending, found);
            }
        } else if name.ends_with(ending) {
            found.push(entry.path());
        }
    }
}

fn files(ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(&root(), ending, &mut found);
    found.sort();
    found
}

fn is_test(path: &Path) -> bool {
    let text = path.to_string_lossy();
    text.contains("/tests/") || text.ends_with("tests.rs")
}

#[test]
fn files_are_of_a_readable_size() {
    let mut sizes: Vec<(usize, PathBuf)> = files(".rs")
        .into_iter()
        .filter(|path| !is_test(path))
        .map(|path| {
            (
                std::fs::read_to_string(&path).unwrap().lines().count(),
                path,
            )
        })
        .collect();
    sizes.sort();
    let generated = |path: &Path| path.ends_with("generated.rs");
    for (lines, path) in &sizes {
        assert!(
            *lines <= 1000 || generated(path),
            "{} has {lines} lines",
            path.display()
        );
    }
    let (p90, path) = &sizes[sizes.len() * 9 / 10];
    assert!(
        *p90 <= 600,
        "a tenth of the files has {p90} lines or more, from {}",
        path.display()
    );
}

#[test]
fn every_module_says_why_it_exists() {
    for path in files(".rs") {
        let text = std::fs::read_to_string(&path).unwrap();
        if is_test(&path) {
            continue;
        }
        assert!(
            text.starts_with("//!") || text.is_empty(),
            "{}",
            path.display()
        );
    }
}

#[test]
fn generated_files_are_fresh() {
    let status = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["generate", "--check"])
        .status()
        .unwrap();
    assert!(status.success(), "run `cargo xtask generate`");
}

#[test]
fn documented_constructs_have_their_tests() {
    let docs = std::fs::read_to_string(root().join("docs/languages.md")).unwrap();
    let code: String = files(".rs")
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let (mut rows, mut told) = (0, false);
    for line in docs.lines() {
        if !line.starts_with("| ") {
            told &= line.starts_with('|');
            continue;
        }
        // Tables of constructs name their tests in the last column.
        if line.starts_with("| construct") {
            told = true;
        } else if told {
            let cells = line.trim_end_matches('|').rsplit('|');
            let names = cells.into_iter().next().unwrap().split(',');
            for name in names.map(|name| name.trim().trim_matches('`')) {
                assert!(
                    code.contains(&format!("fn {name}()")),
                    "no test `{name}` for: {line}"
                );
            }
            rows += 1;
        }
    }
    assert!(rows > 20);
}

/// Licences that go with Apache-2.0 in one program.
const LICENCES: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Unicode-3.0",
    "Zlib",
    "Unlicense",
    "BSL-1.0",
    "MIT-0",
    "CC0-1.0",
    "0BSD",
];

#[test]
fn dependencies_are_few_and_free() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() <= 450, "{} crates", packages.len());
    for package in packages {
        let licence = package["license"]
            .as_str()
            .unwrap_or("none")
            .replace('/', " OR ");
        let one = |text: &str| {
            text.split(" AND ").all(|part| {
                let part = part.trim_matches(['(', ')', ' ']);
                LICENCES.contains(&part.split(" WITH ").next().unwrap_or(part))
            })
        };
        let free = licence.split(" OR ").any(one) || one(&licence.replace(['(', ')'], ""));
        assert!(free, "{}: {licence}", package["name"]);
    }
    let mut direct = BTreeSet::new();
    for package in packages.iter().filter(|p| p["source"].is_null()) {
        for dependency in package["dependencies"].as_array().unwrap() {
            if !dependency["source"].is_null() {
                direct.insert(dependency["name"].as_str().unwrap().to_owned());
            }
        }
    }
    assert!(direct.len() <= 60, "{} direct dependencies", direct.len());
    let docs = std::fs::read_to_string(root().join("docs/dependencies.md")).unwrap();
    for name in &direct {
        assert!(
            docs.contains(&format!("| `{name}` |")),
            "docs/dependencies.md has no row for {name}"
        );
    }
}

#[test]
fn links_in_the_documentation_lead_somewhere() {
    for path in files(".md") {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut fenced = false;
        for line in text.lines() {
            fenced ^= line.trim_start().starts_with("```");
            if fenced {
                continue;
            }
            for piece in line.split("](").skip(1) {
                let target = piece.split([')', '#', ' ']).next().unwrap();
                if target.is_empty() || target.contains(':') {
                    continue;
                }
                let full = path.parent().unwrap().join(target);
                assert!(full.exists(), "{}: {target}", path.display());
            }
        }
    }
}
