//! Walking and reading the scanned tree: the one place that touches its files.
//!
//! Must never read a file outside of the tree, follow a link out of it, or read without a limit.

#![expect(clippy::disallowed_methods, reason = "this is the rim")]

use palisade_app::{FileError, Files};
use palisade_scan::LeftOut;
use std::path::{Path, PathBuf};

/// Files larger than this, in bytes, are not read. CloudFormation accepts 1 MB.
pub(crate) const MAX_FILE: u64 = 16 << 20;

/// Folders that duplicate sources or hold what is not the owner's.
const LEFT_OUT: [(&str, &str); 5] = [
    ("node_modules", "dependencies"),
    (".git", "version control"),
    (".aws-sam", "build output; pass it to scan it"),
    (".serverless", "build output; pass it to scan it"),
    ("cdk.out", "build output; pass it to scan it"),
];

/// A scanned tree on the disk.
#[derive(Debug)]
pub(crate) struct Disk {
    root: PathBuf,
}

/// What a walk found.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// Files that may be templates, relative to the root, sorted.
    pub(crate) files: Vec<String>,
    /// What was left out.
    pub(crate) left_out: Vec<LeftOut>,
}

impl Disk {
    /// The tree under a folder.
    pub(crate) fn new(root: &Path) -> std::io::Result<Self> {
        Ok(Self {
            root: root.canonicalize()?,
        })
    }

    /// Walks the tree for files that may be templates by their names.
    pub(crate) fn walk(&self) -> Walk {
        let mut walk = Walk::default();
        let mut left_out = Vec::new();
        let builder = ignore::WalkBuilder::new(&self.root)
            .hidden(false)
            .require_git(false)
            .follow_links(false)
            .git_global(false)
            .sort_by_file_name(Ord::cmp)
            .build();
        let mut skip: Option<PathBuf> = None;
        for entry in builder {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    left_out.push(LeftOut {
                        path: String::new(),
                        reason: error.to_string(),
                    });
                    continue;
                }
            };
            if skip.as_deref().is_some_and(|s| entry.path().starts_with(s)) {
                continue;
            }
            let Some(path) = self.relative(entry.path()) else {
                continue;
            };
            let name = entry.file_name().to_string_lossy();
            if entry.file_type().is_some_and(|t| t.is_dir()) && !path.is_empty() {
                if let Some((_, reason)) = LEFT_OUT.iter().find(|(folder, _)| *folder == name) {
                    skip = Some(entry.path().to_owned());
                    left_out.push(LeftOut {
                        path,
                        reason: (*reason).to_owned(),
                    });
                }
                continue;
            }
            if may_be_template(&name) {
                walk.files.push(path);
            }
        }
        walk.files.sort();
        left_out.sort();
        walk.left_out = left_out;
        walk
    }

    fn relative(&self, path: &Path) -> Option<String> {
        let relative = path.strip_prefix(&self.root).ok()?;
        let parts: Vec<_> = relative.iter().map(|p| p.to_string_lossy()).collect();
        Some(parts.join("/"))
    }
}

fn may_be_template(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".yaml", ".yml", ".json", ".template", ".cfn", ".cform"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let full = self.root.join(path);
        let full = full.canonicalize().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => FileError::Missing,
            _ => FileError::Unreadable(error.to_string()),
        })?;
        if !full.starts_with(&self.root) {
            return Err(FileError::Outside);
        }
        let unreadable = |error: std::io::Error| FileError::Unreadable(error.to_string());
        let metadata = std::fs::metadata(&full).map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(FileError::Unreadable("it is not a file".to_owned()));
        }
        if metadata.len() > MAX_FILE {
            return Err(FileError::TooLarge(MAX_FILE));
        }
        std::fs::read(full).map_err(unreadable)
    }
}
