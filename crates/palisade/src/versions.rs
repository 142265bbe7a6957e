//! Two versions of something, each a folder, a file or a git revision of one.

use crate::applications::Tree;
use crate::disk::Disk;
use crate::failure::CommandError;
use crate::git::{self, GitTree, Place};
use crate::render;
use std::path::{Path, PathBuf};

/// One version.
pub(crate) struct Version {
    /// As it was named.
    pub(crate) name: String,
    /// Its files.
    pub(crate) tree: Box<dyn Tree>,
    /// The folder that it is, or would be when it were checked out.
    pub(crate) folder: PathBuf,
    /// What stands before its paths for people.
    pub(crate) prefix: String,
    /// There is no such thing in that revision: everything is new.
    pub(crate) missing: bool,
}

/// What an argument means.
enum Meant {
    /// Something on the disk.
    Disk(PathBuf),
    /// A revision, and a path in it when one is given.
    Revision(String, Option<String>),
}

/// Opens two versions. A revision without a path means what the other side is there.
pub(crate) fn open(old: &str, new: &str) -> Result<[Version; 2], CommandError> {
    let meant = [meant(old), meant(new)];
    let beside = meant.iter().find_map(|m| match m {
        Meant::Disk(path) => Some(path.clone()),
        Meant::Revision(..) => None,
    });
    let here = beside.unwrap_or_else(|| PathBuf::from("."));
    let here = (here.canonicalize())
        .map_err(|e| CommandError::usage(format!("`{}`: {e}", here.display())))?;
    let [a, b] = meant;
    Ok([version(old, a, &here)?, version(new, b, &here)?])
}

fn meant(text: &str) -> Meant {
    let path = Path::new(text);
    match text.strip_prefix("git:") {
        None if path.exists() => Meant::Disk(path.to_owned()),
        prefixed => {
            let text = prefixed.unwrap_or(text);
            match text.split_once(':') {
                Some((revision, path)) => {
                    Meant::Revision(revision.to_owned(), Some(path.to_owned()))
                }
                None => Meant::Revision(text.to_owned(), None),
            }
        }
    }
}

fn version(name: &str, meant: Meant, here: &Path) -> Result<Version, CommandError> {
    match meant {
        Meant::Disk(path) => {
            let disk = Disk::new(&[path]).map_err(|e| CommandError::usage(e.to_string()))?;
            Ok(Version {
                name: name.to_owned(),
                folder: disk.root().to_owned(),
                prefix: render::root_prefix(disk.root()),
                missing: false,
                tree: Box::new(disk),
            })
        }
        Meant::Revision(revision, path) => of_revision(name, &revision, path, here),
    }
}

fn of_revision(
    name: &str,
    revision: &str,
    path: Option<String>,
    here: &Path,
) -> Result<Version, CommandError> {
    let (folder, file) = match here.is_dir() {
        true => (here, None),
        false => (here.parent().unwrap_or(here), here.file_name()),
    };
    let nothing = |why: &str| CommandError::usage(format!("`{name}` is {why}"));
    let Some(below) = git::prefix(folder)? else {
        return Err(nothing(
            "no path, and no revision: this is no git repository",
        ));
    };
    let Some(commit) = git::commit(folder, revision)? else {
        return Err(nothing(
            "neither a path nor a revision of this repository; in CI, fetch it first",
        ));
    };
    let join = |above: &str, path: &str| format!("{above}/{path}").trim_matches('/').to_owned();
    let place = match path {
        // As git has it: from the top of the repository, or from where we are.
        Some(path) => Place {
            path: match path.strip_prefix("./") {
                Some(path) => join(&git::prefix(Path::new("."))?.unwrap_or_default(), path),
                None => join("", &path),
            },
            asked_for: true,
        },
        None => Place {
            path: match file {
                Some(file) => join(&below, &file.to_string_lossy()),
                None => below.clone(),
            },
            asked_for: false,
        },
    };
    let tree = GitTree::open(folder, &commit, &place)?;
    let above = folder
        .ancestors()
        .nth(below.split('/').filter(|p| !p.is_empty()).count());
    let folder = above.unwrap_or(folder).join(tree.top());
    Ok(Version {
        name: name.to_owned(),
        prefix: match tree.top() {
            "" => String::new(),
            top => format!("{top}/"),
        },
        folder,
        missing: tree.missing,
        tree: Box::new(tree),
    })
}
