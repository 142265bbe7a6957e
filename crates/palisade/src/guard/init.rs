//! `palisade guard init`: a first `guard.toml` from what exists.

mod application;
mod authorizers;
mod contracts;
mod limits;
mod sources;

use crate::applications::Applications;
use crate::cli::guard::InitArgs;
use crate::disk::{Disk, read_regular};
use crate::environments;
use crate::failure::CommandError;
use crate::output;
use crate::settings::Project;
use palisade_app::Application;
use palisade_core::{FileId, ProblemLevel};
use palisade_guard::config::Config;
use palisade_guard::init::{Draft, Noted, Setting, Written, check_target, from_openapi, write};
use palisade_guard::validate::Contract;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

/// What is known of the place of deployment.
#[derive(Clone, Debug, Default)]
struct World {
    account: Option<String>,
    region: Option<String>,
    /// Where functions are reached.
    target: Option<String>,
}

pub(crate) fn run(arguments: &InitArgs) -> Result<ExitCode, CommandError> {
    fits(arguments).map_err(CommandError::usage)?;
    let (mut draft, problems) = match document(arguments)? {
        Some(found) => found,
        None => application(arguments)?,
    };
    if draft.routes.is_empty() && draft.sources.is_empty() {
        let mut message = format!("`{}` has no route and no source of events", draft.from);
        for Noted { what, origin } in &draft.left_out {
            let _ = write!(message, "\n  left out: {what} ({origin})");
        }
        return Err(CommandError::usage(message));
    }
    for Noted { what, origin } in problems {
        draft.left_out.push(Noted { what, origin });
    }
    let left_out = draft.left_out.len();
    let written = write(draft);
    save(arguments, &written)?;
    output::write(None, &told(arguments, &written, left_out))?;
    Ok(ExitCode::SUCCESS)
}

/// Whether what is said of the place of deployment can stand in the file.
fn fits(arguments: &InitArgs) -> Result<(), String> {
    if let Some(target) = &arguments.target {
        check_target(target).map_err(|why| format!("--target: `{target}` {why}"))?;
    }
    match &arguments.account {
        Some(id) if id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit()) => Err(
            format!("--account: `{id}` is not the 12 digits of an account"),
        ),
        _ => Ok(()),
    }
}

/// What was written, and what is left to do.
fn told(arguments: &InitArgs, written: &Written, left_out: usize) -> String {
    let mut told = String::new();
    let count = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    let tables = |name: &str| written.text.lines().filter(|line| *line == name).count();
    let _ = writeln!(
        told,
        "wrote {}: {}, {}",
        arguments.out.display(),
        count(tables("[[routes]]"), "route"),
        count(tables("[[sources]]"), "source"),
    );
    for file in written.files.keys() {
        let folder = arguments.out.parent().unwrap_or(Path::new(""));
        let _ = writeln!(told, "wrote {}", folder.join(file).display());
    }
    if left_out > 0 {
        let _ = writeln!(
            told,
            "{} left out: see the end of the file",
            count(left_out, "thing")
        );
    }
    match written.decisions.len() {
        0 => {}
        1 => told.push_str("\n1 decision is left:\n"),
        n => {
            let _ = writeln!(told, "\n{n} decisions are left:");
        }
    }
    for (line, what) in &written.decisions {
        let _ = writeln!(told, "  line {line}: {what}");
    }
    if written
        .decisions
        .iter()
        .any(|(_, what)| what.contains("${AWS::"))
    {
        told.push_str("\n`--account` and `--region`, or `[accounts]` in palisade.toml, settle some of them.\n");
    }
    // What is wrong beside that is a mistake of ours, and its owner should know.
    if let Err(errors) = Config::parse(&arguments.out.to_string_lossy(), &written.text) {
        let decided = |line: u32| {
            written
                .decisions
                .iter()
                .any(|(at, _)| u32::try_from(*at) == Ok(line))
        };
        for error in errors.iter().filter(|error| !decided(error.line())) {
            let _ = writeln!(told, "\nerror: {error}");
        }
    }
    told
}

fn save(arguments: &InitArgs, written: &Written) -> Result<(), CommandError> {
    let folder = arguments.out.parent().unwrap_or(Path::new(""));
    let mut files = vec![(arguments.out.clone(), &written.text)];
    files.extend(
        written
            .files
            .iter()
            .map(|(file, text)| (folder.join(file), text)),
    );
    if !arguments.force
        && let Some((path, _)) = files
            .iter()
            .find(|(path, _)| path.symlink_metadata().is_ok())
    {
        let message = format!(
            "`{}` is there already; `--force` replaces it",
            path.display()
        );
        return Err(CommandError::usage(message));
    }
    for (path, text) in files {
        let failed = |error| CommandError::usage(format!("`{}`: {error}", path.display()));
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut options = std::fs::OpenOptions::new();
        options.write(true);
        match arguments.force {
            true => options.create(true).truncate(true),
            // Nothing that came there in between is replaced.
            false => options.create_new(true),
        };
        let mut file = options.open(&path).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
    }
    Ok(())
}

/// The draft of an `OpenAPI` document; nothing when the path is something else.
fn document(arguments: &InitArgs) -> Result<Option<(Draft, Vec<Noted>)>, CommandError> {
    let path = &arguments.path;
    if !path.is_file() {
        return Ok(None);
    }
    let shown = path.display();
    let unreadable = |what: String| CommandError::unreadable(format!("`{shown}`: {what}"));
    let bytes = read_regular(path).map_err(|error| unreadable(error.to_string()))?;
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Ok(None);
    };
    let root = palisade_syntax::parse_yaml(FileId::NONE, text);
    let has = |key: &str| {
        root.as_ref()
            .is_ok_and(|document| document.root.get(key).is_some())
    };
    if has("swagger") && !has("Resources") {
        return Err(CommandError::usage(format!(
            "`{shown}` is OpenAPI 2.0 (Swagger); convert it to 3.0 or 3.1"
        )));
    }
    if !has("openapi") || has("Resources") {
        return Ok(None);
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let files = |file: &str| read_regular(&folder.join(file)).ok();
    let (contract, problems) = Contract::read(&name, &bytes, &files);
    if let Some(problem) = problems.iter().find(|p| p.level == ProblemLevel::Error) {
        let at = problem.line.unwrap_or_default();
        return Err(unreadable(format!("line {at}: {}", problem.message)));
    }
    let from = beside(&arguments.out, path);
    let mut draft = from_openapi(&contract, &from, arguments.target.as_deref(), text);
    draft.regions = arguments.region.iter().map(Setting::known).collect();
    Ok(Some((draft, Vec::new())))
}

/// The path of a file as seen from the folder of another.
fn beside(from: &Path, to: &Path) -> String {
    let whole = |path: &Path| {
        let here = std::env::current_dir().unwrap_or_default();
        let path = here.join(path);
        let parent = path.parent().map(Path::to_owned).unwrap_or_default();
        let parent = parent.canonicalize().unwrap_or(parent);
        parent.join(path.file_name().unwrap_or_default())
    };
    let (from, to) = (whole(from), whole(to));
    let folder: Vec<Component<'_>> = from
        .parent()
        .unwrap_or(Path::new(""))
        .components()
        .collect();
    let parts: Vec<Component<'_>> = to.components().collect();
    let same = folder
        .iter()
        .zip(&parts)
        .take_while(|(a, b)| a == b)
        .count();
    let mut path = PathBuf::new();
    folder.iter().skip(same).for_each(|_| path.push(".."));
    parts.iter().skip(same).for_each(|part| path.push(part));
    path.to_string_lossy().into_owned()
}

/// The draft of the application at the path, with what could not be read of it.
fn application(arguments: &InitArgs) -> Result<(Draft, Vec<Noted>), CommandError> {
    let paths = std::slice::from_ref(&arguments.path);
    let disk = Disk::new(paths).map_err(|e| CommandError::usage(e.to_string()))?;
    let project = Project::find(disk.root(), arguments.given.config.as_deref())?;
    let given = environments::one(&project, disk.root(), &arguments.given)?;
    let world = World {
        account: arguments.account.clone().or(project.config.account.clone()),
        region: arguments.region.clone().or(project.config.region.clone()),
        target: arguments.target.clone(),
    };
    let read = Applications::read(&disk, &project, &given);
    let shown = arguments.path.display();
    let app = match read.applications.as_slice() {
        [] => {
            let mut message = format!("`{shown}` has no application that can be read");
            for problem in read.problems.iter().take(5) {
                let _ = write!(message, "\n  {}: {}", problem.file, problem.message);
            }
            return Err(CommandError::unreadable(message));
        }
        [app] => app,
        several => {
            let mut message = format!("`{shown}` has {} applications; name one:", several.len());
            for app in several.iter().take(20) {
                let _ = write!(message, "\n  {}", app.root);
            }
            return Err(CommandError::usage(message));
        }
    };
    let problems = (read.problems.iter())
        .filter(|problem| problem.level == ProblemLevel::Error)
        .map(|problem| Noted {
            what: format!("what could not be read: {}", problem.message),
            origin: match problem.line {
                Some(line) => format!("{}:{line}", problem.file),
                None => problem.file.to_string(),
            },
        });
    let problems = problems.collect();
    Ok((application::draft(app, &world), problems))
}

/// Names for the resources of an application, each of its own.
#[derive(Debug, Default)]
struct Names(BTreeMap<String, String>);

impl Names {
    /// The name of a resource: what its owner calls it, without what every such thing is called.
    fn of(&mut self, app: &Application, id: &str, endings: &[&str]) -> String {
        if let Some(name) = self.0.get(id) {
            return name.clone();
        }
        let resource = app.resource(id);
        let own = match resource {
            Some(resource) if &*resource.written.kind == "function" => &*resource.written.address,
            _ => id,
        };
        let last = own.rsplit('/').next().unwrap_or(own);
        let last = match last.split_once('.') {
            Some((kind, rest)) if kind.starts_with("aws_") => rest,
            _ => last,
        };
        let whole = palisade_guard::init::name(unhashed(last));
        let short = endings.iter().find_map(|ending| {
            let short = whole.strip_suffix(ending)?;
            (!short.is_empty()).then(|| short.to_owned())
        });
        let wanted = short.unwrap_or(whole);
        let mut name = wanted.clone();
        let mut number = 2;
        while self.0.values().any(|other| *other == name) {
            name = format!("{wanted}-{number}");
            number += 1;
        }
        self.0.insert(id.to_owned(), name.clone());
        name
    }
}

/// Without the hash that the CDK puts behind logical ids.
fn unhashed(id: &str) -> &str {
    let Some((name, hash)) = id
        .len()
        .checked_sub(8)
        .and_then(|at| id.split_at_checked(at))
    else {
        return id;
    };
    let hex = |b: u8| b.is_ascii_digit() || (b'A'..=b'F').contains(&b);
    let is_hash = hash.bytes().all(hex) && hash.bytes().any(|b| b.is_ascii_digit());
    if is_hash && !name.is_empty() {
        name
    } else {
        id
    }
}
