//! The files of a git revision, read through the `git` program as git keeps them. Nothing is ever
//! checked out, and nothing of the repository is changed.

use crate::applications::Tree;
use crate::disk::{Candidate, LEFT_OUT, MAX_FILE, Named, candidates, may_be_template};
use crate::failure::CommandError;
use palisade_app::{FileError, Files};
use palisade_policy::Config;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// The tree of a revision.
#[derive(Debug)]
pub(crate) struct GitTree {
    /// The ids of the files' contents, by their paths below the folder that was asked for.
    files: BTreeMap<String, String>,
    named: Named,
    top: String,
    contents: Mutex<Contents>,
    /// There is no such file or folder in the revision.
    pub(crate) missing: bool,
}

/// Where in a repository something is.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Below the top of the repository; empty for the top, no slash at the end.
    pub(crate) path: String,
    /// The user named it. Otherwise it was taken from the other side, and may be missing.
    pub(crate) asked_for: bool,
}

/// `git cat-file --batch`, which answers one id after the other.
#[derive(Debug)]
struct Contents {
    git: Child,
    ask: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).stdin(Stdio::null());
    command
}

/// The output of a command of git; nothing when git refuses.
fn output(command: &mut Command) -> Result<Option<Vec<u8>>, CommandError> {
    let output = command.output().map_err(|e| no_git(&e))?;
    Ok(output.status.success().then_some(output.stdout))
}

fn line(command: &mut Command) -> Result<Option<String>, CommandError> {
    let text = output(command)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok(text.map(|text| text.trim_end_matches('\n').to_owned()))
}

fn no_git(error: &std::io::Error) -> CommandError {
    CommandError::usage(format!(
        "revisions are read by `git`, which can't be run: {error}"
    ))
}

/// The path of a folder below the top of its repository; nothing outside of a repository.
pub(crate) fn prefix(folder: &Path) -> Result<Option<String>, CommandError> {
    let prefix = line(git(folder).args(["rev-parse", "--show-prefix"]))?;
    Ok(prefix.map(|prefix| prefix.trim_end_matches('/').to_owned()))
}

/// The commit that a revision names; `REV...` is where the current branch left it.
pub(crate) fn commit(folder: &Path, revision: &str) -> Result<Option<String>, CommandError> {
    let (revision, branched) = match revision.strip_suffix("...") {
        Some(revision) => (revision, true),
        None => (revision, false),
    };
    let name = format!("{revision}^{{commit}}");
    let verify = ["rev-parse", "--verify", "--quiet", "--end-of-options"];
    let found = line(git(folder).args(verify).arg(name))?;
    match found {
        Some(found) if branched => line(git(folder).args(["merge-base", &found, "HEAD"])),
        found => Ok(found),
    }
}

impl GitTree {
    /// The files of a commit at a place; `folder` is any folder of the repository.
    pub(crate) fn open(folder: &Path, commit: &str, place: &Place) -> Result<Self, CommandError> {
        let at = format!("{commit}:{}", place.path);
        let kind = line(git(folder).args(["cat-file", "-t", &at]))?;
        let (top, named) = match kind.as_deref() {
            Some("tree") => (place.path.as_str(), ""),
            Some("blob") => place.path.rsplit_once('/').unwrap_or(("", &place.path)),
            _ if place.asked_for => {
                let message = format!("there is no `{}` in that revision", place.path);
                return Err(CommandError::usage(message));
            }
            _ => ("", ""),
        };
        let missing = kind.is_none();
        let mut files = BTreeMap::new();
        if !missing {
            let tree = format!("{commit}:{top}");
            let list = output(git(folder).args(["ls-tree", "-r", "-z", "--full-tree", &tree]))?;
            let list = list.ok_or_else(|| {
                CommandError::usage(format!("git can't list the files of `{tree}`"))
            })?;
            files = list.split(|b| *b == 0).filter_map(entry).collect();
        }
        Ok(Self {
            files,
            top: top.to_owned(),
            named: Named {
                path: named.to_owned(),
                folder: named.is_empty(),
            },
            contents: Mutex::new(Contents::start(folder)?),
            missing,
        })
    }

    /// The folder that its paths are below of, from the top of the repository.
    pub(crate) fn top(&self) -> &str {
        &self.top
    }

    fn bytes(&self, id: &str) -> Result<Vec<u8>, FileError> {
        let mut contents = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = |e: std::io::Error| FileError::Unreadable(format!("git: {e}"));
        contents.read(id).map_err(failed)?
    }
}

/// `MODE TYPE ID⇥PATH`: a regular file, not a link or another repository.
fn entry(line: &[u8]) -> Option<(String, String)> {
    let line = std::str::from_utf8(line).ok()?;
    let (about, path) = line.split_once('\t')?;
    let mut about = about.split(' ');
    let regular = about.next()?.starts_with("100");
    let id = about.nth(1)?;
    regular.then(|| (path.to_owned(), id.to_owned()))
}

impl Contents {
    fn start(folder: &Path) -> Result<Self, CommandError> {
        let mut git = git(folder)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| no_git(&e))?;
        let (ask, answers) = (git.stdin.take(), git.stdout.take());
        let answers = answers.ok_or_else(|| CommandError::internal("git has no output"))?;
        Ok(Self {
            git,
            ask,
            answers: BufReader::new(answers),
        })
    }

    fn read(&mut self, id: &str) -> std::io::Result<Result<Vec<u8>, FileError>> {
        let ended = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        let ask = self.ask.as_mut().ok_or_else(ended)?;
        writeln!(ask, "{id}")?;
        ask.flush()?;
        let mut about = String::new();
        self.answers.read_line(&mut about)?;
        // `ID TYPE SIZE`, or `ID missing`.
        let size = about.trim_end().rsplit(' ').next().unwrap_or_default();
        let Ok(size) = size.parse::<u64>() else {
            return Ok(Err(FileError::Unreadable(
                "its content is not in this clone of the repository".to_owned(),
            )));
        };
        // A line break stands behind the content.
        let mut content = (&mut self.answers).take(size + 1);
        if size > MAX_FILE {
            std::io::copy(&mut content, &mut std::io::sink())?;
            return Ok(Err(FileError::TooLarge(MAX_FILE)));
        }
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        if bytes.pop().is_none() {
            return Err(ended());
        }
        Ok(Ok(bytes))
    }
}

impl Drop for Contents {
    fn drop(&mut self) {
        // Without questions it ends by itself.
        self.ask = None;
        let _ = self.git.wait();
    }
}

impl Files for GitTree {
    fn list(&self, folder: &str) -> Option<Vec<String>> {
        let inside = |path: &String| {
            let name = match folder {
                "" => Some(path.as_str()),
                folder => path.strip_prefix(folder)?.strip_prefix('/'),
            };
            name.filter(|name| !name.contains('/')).map(str::to_owned)
        };
        Some(self.files.keys().filter_map(inside).collect())
    }

    fn folders(&self, folder: &str) -> Option<Vec<String>> {
        let inside = |path: &String| {
            let below = match folder {
                "" => path.as_str(),
                folder => path.strip_prefix(folder)?.strip_prefix('/')?,
            };
            Some(below.split_once('/')?.0.to_owned())
        };
        let mut names: Vec<String> = self.files.keys().filter_map(inside).collect();
        names.dedup();
        Some(names)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let id = self.files.get(path).ok_or(FileError::Missing)?;
        self.bytes(id)
    }
}

impl Tree for GitTree {
    fn candidates(&self, config: &Config, config_prefix: &str) -> Vec<Candidate> {
        let beside = |path: &str| match path.rsplit_once('/') {
            None => true,
            Some((folder, _)) => self.named.path.starts_with(&format!("{folder}/")),
        };
        let wanted = |path: &&String| {
            let mut folders = path.split('/').rev();
            let name = folders.next().unwrap_or_default();
            let left_out = |folder| LEFT_OUT.iter().any(|(name, _)| *name == folder);
            if !self.named.folder {
                return **path == self.named.path || (may_be_template(name) && beside(path));
            }
            may_be_template(name)
                && !folders.any(left_out)
                && config.excluded(&format!("{config_prefix}{path}")).is_none()
        };
        let paths = self.files.keys().filter(wanted);
        let files = paths.map(|path| (path.clone(), false));
        candidates(files, |path| path == self.named.path)
    }

    fn read_candidate(&self, candidate: &Candidate) -> Result<Vec<u8>, FileError> {
        self.read(&candidate.path)
    }

    fn is_named(&self, path: &str) -> bool {
        self.named.holds(path)
    }
}
