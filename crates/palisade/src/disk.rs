//! Walking and reading the scanned tree: the one place that touches its files.
//!
//! Must never read a file outside of the tree, follow a link out of it, or read without a limit.

use palisade_app::{FileError, Files};
use palisade_policy::Config;
use palisade_scan::{LeftOut, is_terraform};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Files larger than this, in bytes, are not read. CloudFormation accepts templates of 1 MB.
pub(crate) const MAX_FILE: u64 = 16 << 20;

/// Folders that duplicate sources or hold what is not the owner's, with the reason.
pub(crate) const LEFT_OUT: [(&str, &str); 6] = [
    (".git", "version control"),
    ("node_modules", "dependencies"),
    (".terraform", "downloaded providers and modules"),
    (".aws-sam", "build output; name it to scan it"),
    (".serverless", "build output; name it to scan it"),
    ("cdk.out", "build output; name it to scan it"),
];

/// What the user asked to scan, on the disk.
#[derive(Debug)]
pub(crate) struct Disk {
    /// The folder that paths are relative to and that nothing is read outside of.
    root: PathBuf,
    /// What was named, relative to the root: folders and files.
    named: Vec<Named>,
}

/// What the user named, relative to the root.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) path: String,
    pub(crate) folder: bool,
}

impl Named {
    /// Whether a file is this one, or lies in this folder.
    pub(crate) fn holds(&self, path: &str) -> bool {
        self.path.is_empty()
            || path == self.path
            || (self.folder
                && path
                    .strip_prefix(&self.path)
                    .is_some_and(|rest| rest.starts_with('/')))
    }
}

/// A file that may be a template.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Candidate {
    /// Relative to the root.
    pub(crate) path: String,
    /// A folder of Terraform configuration, and no file.
    pub(crate) folder: bool,
    /// The user named this very file.
    pub(crate) named: bool,
    /// The walk met it as a regular file, and followed no link on the way.
    pub(crate) walked: bool,
}

/// What a walk found.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// Sorted by path.
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) left_out: Vec<LeftOut>,
}

/// A path that can't be scanned.
#[derive(Debug)]
pub(crate) struct PathError {
    path: PathBuf,
    error: std::io::Error,
}

impl std::fmt::Display for PathError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}`: {}", self.path.display(), self.error)
    }
}

impl Disk {
    /// One folder is its own root. Otherwise the root is the working folder when everything lies
    /// in it, or else the folder that everything lies in.
    pub(crate) fn new(paths: &[PathBuf]) -> Result<Self, PathError> {
        let mut full = Vec::with_capacity(paths.len());
        for path in paths {
            let wrong = |error| PathError {
                path: path.clone(),
                error,
            };
            full.push(path.canonicalize().map_err(wrong)?);
        }
        let root = match full.as_slice() {
            [only] if only.is_dir() => only.clone(),
            _ => {
                let here = std::env::current_dir().and_then(|here| here.canonicalize());
                match here {
                    Ok(here) if full.iter().all(|path| path.starts_with(&here)) => here,
                    _ => common_folder(&full),
                }
            }
        };
        let named = full
            .iter()
            .map(|path| Named {
                path: relative(&root, path),
                folder: path.is_dir(),
            })
            .collect();
        Ok(Self { root, named })
    }

    /// The root folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Whether the user named a file, or a folder that it is in.
    pub(crate) fn is_named(&self, path: &str) -> bool {
        self.named.iter().any(|named| named.holds(path))
    }

    /// Finds the files that may be templates by their names. Beside a named file, the files of its
    /// folder and of the folders above are candidates too: one of them may bring it in.
    pub(crate) fn walk(&self, config: &Config, config_prefix: &str) -> Walk {
        let mut walk = Walk::default();
        let mut files = BTreeMap::new();
        for named in &self.named {
            if named.folder {
                self.walk_folder(
                    &named.path,
                    config,
                    config_prefix,
                    &mut files,
                    &mut walk.left_out,
                );
            } else {
                files.insert(named.path.clone(), false);
                self.folders_above(&named.path, &mut files);
            }
        }
        walk.left_out.sort();
        walk.left_out.dedup();
        let is_named = |path: &str| self.named.iter().any(|n| !n.folder && n.path == path);
        walk.candidates = candidates(files, is_named);
        walk
    }

    fn walk_folder(
        &self,
        folder: &str,
        config: &Config,
        config_prefix: &str,
        files: &mut BTreeMap<String, bool>,
        left_out: &mut Vec<LeftOut>,
    ) {
        let top = self.root.join(folder);
        let mut builder = ignore::WalkBuilder::new(&top);
        builder
            .hidden(false)
            .require_git(false)
            .git_global(false)
            .follow_links(false)
            .sort_by_file_name(Ord::cmp);
        let mut skip: Option<PathBuf> = None;
        for entry in builder.build() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    left_out.push(LeftOut {
                        path: folder.to_owned(),
                        reason: error.to_string(),
                    });
                    continue;
                }
            };
            if skip.as_deref().is_some_and(|s| entry.path().starts_with(s)) {
                continue;
            }
            let path = relative(&self.root, entry.path());
            let name = entry.file_name().to_string_lossy();
            let is_folder = entry.file_type().is_some_and(|t| t.is_dir());
            let mut leave = |reason: String| {
                skip = is_folder.then(|| entry.path().to_owned());
                left_out.push(LeftOut {
                    path: path.clone(),
                    reason,
                });
            };
            if entry.path() == top {
                continue;
            }
            if let Some((_, reason)) = LEFT_OUT
                .iter()
                .find(|(folder, _)| is_folder && *folder == name)
            {
                leave((*reason).to_owned());
            } else if let Some(glob) = config.excluded(&format!("{config_prefix}{path}")) {
                leave(format!("excluded by `{}` in palisade.toml", glob.as_str()));
            } else if !is_folder && may_be_template(&name) {
                let regular = entry.file_type().is_some_and(|t| t.is_file());
                files.insert(path, regular);
            }
        }
    }

    fn folders_above(&self, path: &str, files: &mut BTreeMap<String, bool>) {
        let mut folder = path;
        while let Some((above, _)) = folder
            .rsplit_once('/')
            .or((!folder.is_empty()).then_some(("", "")))
        {
            let entries = std::fs::read_dir(self.root.join(above))
                .into_iter()
                .flatten();
            for entry in entries.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                let is_file = entry.file_type().is_ok_and(|t| t.is_file());
                if is_file && may_be_template(&name) {
                    let path = if above.is_empty() {
                        name
                    } else {
                        format!("{above}/{name}")
                    };
                    files.entry(path).or_insert(false);
                }
            }
            folder = above;
        }
    }
}

/// The files that may be templates, and the folders of those that are Terraform's.
pub(crate) fn candidates(
    files: impl IntoIterator<Item = (String, bool)>,
    is_named: impl Fn(&str) -> bool,
) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let mut folders = BTreeSet::new();
    for (path, walked) in files {
        if is_terraform(&path) {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            folders.insert(folder.to_owned());
            continue;
        }
        candidates.push(Candidate {
            named: is_named(&path),
            folder: false,
            walked,
            path,
        });
    }
    candidates.extend(folders.into_iter().map(|path| Candidate {
        named: false,
        folder: true,
        walked: false,
        path,
    }));
    candidates.sort();
    candidates
}

/// The path below the root, with forward slashes; the path itself when it lies elsewhere.
pub(crate) fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = path.iter().map(|p| p.to_string_lossy()).collect();
    parts.join("/")
}

fn common_folder(paths: &[PathBuf]) -> PathBuf {
    let folder = |path: &PathBuf| {
        let parent = path.parent().unwrap_or(path);
        if path.is_dir() {
            path.clone()
        } else {
            parent.to_owned()
        }
    };
    let mut folders = paths.iter().map(folder);
    let first = folders.next().unwrap_or_default();
    folders.fold(first, |common, folder| {
        let above = common.ancestors().find(|above| folder.starts_with(above));
        above.unwrap_or(Path::new("/")).to_owned()
    })
}

pub(crate) fn may_be_template(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let endings = [".yaml", ".yml", ".json", ".template", ".cfn", ".cform"];
    // A service that is written as code can't be read, and that is said.
    let code = [
        "serverless.ts",
        "serverless.js",
        "serverless.cjs",
        "serverless.mjs",
    ];
    is_terraform(&name)
        || code.contains(&name.as_str())
        || endings.iter().any(|ending| name.ends_with(ending))
}

impl Disk {
    /// The bytes of a candidate. One that the walk met as a regular file needs no further look at
    /// where it leads.
    pub(crate) fn read_candidate(&self, candidate: &Candidate) -> Result<Vec<u8>, FileError> {
        if candidate.walked {
            return read_regular(&self.root.join(&candidate.path));
        }
        self.read(&candidate.path)
    }
}

fn unreadable(error: &std::io::Error) -> FileError {
    FileError::Unreadable(error.to_string())
}

/// Reads a file that is known to be a regular one, up to the limit.
pub(crate) fn read_regular(path: &Path) -> Result<Vec<u8>, FileError> {
    read_limited(std::fs::File::open(path).map_err(|e| unreadable(&e))?)
}

/// Reads everything, up to the limit.
pub(crate) fn read_limited(input: impl std::io::Read) -> Result<Vec<u8>, FileError> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    input
        .take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| unreadable(&e))?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(FileError::TooLarge(MAX_FILE));
    }
    Ok(bytes)
}

impl Disk {
    /// The names of the folders in a folder, or of everything else.
    fn names(&self, folder: &str, folders: bool) -> Option<Vec<String>> {
        let full = self.root.join(folder).canonicalize().ok()?;
        if !full.starts_with(&self.root) {
            return None;
        }
        let entries = std::fs::read_dir(full).ok()?.flatten();
        let wanted = entries.filter(|entry| {
            let kind = entry.file_type();
            kind.is_ok_and(|kind| kind.is_dir() == folders)
        });
        Some(
            wanted
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect(),
        )
    }
}

impl Files for Disk {
    fn list(&self, folder: &str) -> Option<Vec<String>> {
        self.names(folder, false)
    }

    fn folders(&self, folder: &str) -> Option<Vec<String>> {
        self.names(folder, true)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let full = self.root.join(path);
        let failed = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => FileError::Missing,
            _ => unreadable(&error),
        };
        // Most of what is asked for is not there, and this tells it with the least work.
        let what = std::fs::metadata(&full).map_err(failed)?;
        let full = full.canonicalize().map_err(failed)?;
        if !full.starts_with(&self.root) {
            return Err(FileError::Outside);
        }
        // Opening a pipe would wait for its writer.
        if !what.is_file() {
            return Err(FileError::Unreadable("it is not a regular file".to_owned()));
        }
        read_regular(&full)
    }
}
