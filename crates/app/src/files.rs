//! The port through which a front end asks for another file of the scanned tree.

use std::fmt;

/// Reads files of the scanned tree. Paths are relative to its root, with forward slashes.
pub trait Files {
    /// The bytes of a file.
    ///
    /// # Errors
    /// The file is not there, lies outside of the tree, is too large or can't be read.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;

    /// The names of the files in a folder (`""` is the root), without those in folders below it;
    /// nothing when it can't be told.
    fn list(&self, folder: &str) -> Option<Vec<String>> {
        let _ = folder;
        None
    }

    /// The names of the folders in a folder; nothing when it can't be told.
    fn folders(&self, folder: &str) -> Option<Vec<String>> {
        let _ = folder;
        None
    }
}

/// Why a file could not be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    /// No such file.
    Missing,
    /// It lies outside of the scanned tree, which is never read.
    Outside,
    /// It is larger than the limit, in bytes.
    TooLarge(u64),
    /// The system refused, with its message.
    Unreadable(String),
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no such file"),
            Self::Outside => f.write_str("it lies outside of the scanned tree"),
            Self::TooLarge(limit) => write!(f, "it is larger than {} MiB", limit >> 20),
            Self::Unreadable(why) => write!(f, "it can't be read: {why}"),
        }
    }
}

impl std::error::Error for FileError {}

/// The path of `relative` as it is written in the file `base`; nothing when it is absolute or
/// climbs out of the tree.
#[must_use]
pub fn resolve(base: &str, relative: &str) -> Option<String> {
    let relative = relative.strip_prefix("file://").unwrap_or(relative);
    if relative.starts_with('/') || relative.contains(':') || relative.contains('\\') {
        return None;
    }
    // The root of the tree is the folder without a name.
    let mut parts: Vec<&str> = base.trim_start_matches('/').split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn paths_stay_in_the_tree() {
        let check = |base, relative, expected: Option<&str>| {
            assert_eq!(
                resolve(base, relative).as_deref(),
                expected,
                "{base} {relative}"
            );
        };
        check("a/t.yaml", "./b.yaml", Some("a/b.yaml"));
        check("a/t.yaml", "../b.yaml", Some("b.yaml"));
        check("t.yaml", "x/../y.json", Some("y.json"));
        check("/_", "b.py", Some("b.py"));
        check("t.yaml", "../secret", None);
        check("t.yaml", "/etc/passwd", None);
        check("t.yaml", "s3://bucket/key", None);
        check("t.yaml", "https://example.com/x", None);
    }
}
