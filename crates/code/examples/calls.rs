//! Prints the SDK calls of functions: `calls ROOT ENTRY…` (entries relative to the root), or with
//! `--all ROOT` of every source file under a root on its own, with numbers at the end.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a tool to try the library with"
)]

use palisade_code::{Language, Modules, calls};
use palisade_core::Sources;
use std::path::{Path, PathBuf};
use std::sync::Arc;

struct Disk(PathBuf);

impl Modules for Disk {
    fn read(&self, path: &str) -> Option<Arc<str>> {
        std::fs::read_to_string(self.0.join(path))
            .ok()
            .map(Into::into)
    }
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            if name != "node_modules" && name != ".git" && !name.starts_with("test") {
                walk(&entry.path(), found);
            }
        } else if kind.is_file() && Language::of_path(&name).is_some() && !name.ends_with(".d.ts") {
            found.push(entry.path());
        }
    }
}

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let all = arguments.first().is_some_and(|first| first == "--all");
    if all {
        arguments.remove(0);
    }
    let root = PathBuf::from(&arguments[0]);
    let mut entries: Vec<String> = arguments[1..].to_vec();
    if all {
        let mut found = Vec::new();
        walk(&root, &mut found);
        let relative = |path: &PathBuf| path.strip_prefix(&root).unwrap().display().to_string();
        entries = found.iter().map(relative).collect();
    }
    let (mut resolved, mut unresolved, mut problems) = (0, 0, 0);
    let (mut arguments, mut known) = (0, 0);
    for entry in &entries {
        let folder = entry.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut sources = Sources::default();
        let before = std::time::Instant::now();
        let found = calls(entry, None, &[folder], &Disk(root.clone()), &mut sources);
        let took = before.elapsed().as_millis();
        if took > 300 {
            println!("SLOW\t{entry}\t{took} ms");
        }
        for call in &found.calls {
            let place = sources.location(call.span);
            if all && *place.file != **entry {
                continue;
            }
            resolved += 1;
            for (name, value) in &call.arguments {
                arguments += 1;
                known += usize::from(!format!("{value:?}").contains("Unknown"));
                let _ = name;
            }
            println!(
                "CALL\t{}:{}-{}\t{}.{}\t{:?}{}",
                place.file,
                place.line,
                place.end_line,
                call.service,
                call.operation,
                call.arguments,
                if call.open { " …" } else { "" }
            );
        }
        for one in &found.unresolved {
            let place = sources.location(one.span);
            if all && *place.file != **entry {
                continue;
            }
            unresolved += 1;
            println!(
                "UNRESOLVED\t{}:{}-{}\t{}",
                place.file, place.line, place.end_line, one.what
            );
        }
        for problem in &found.problems {
            problems += 1;
            println!(
                "PROBLEM\t{}:{:?}\t{}",
                problem.file, problem.line, problem.message
            );
        }
        if !all {
            println!("ENVIRONMENT\t{:?}", found.environment);
        }
    }
    println!(
        "{} files, {resolved} calls, {unresolved} unresolved, {problems} problems; {known} of {arguments} arguments known",
        entries.len()
    );
}
