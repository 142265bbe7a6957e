//! The contracts that users script against, each tried on the built binary.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may panic, and works on files"
)]

mod contracts;
mod environments;
mod escalate;
mod gates;
mod guard;
mod guard_init;
mod hostile;
mod iam;
mod ledger;
mod modules;
mod orders;
mod serverless;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of its own for one test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        // A project of its own: nothing above is looked at.
        Self(path.canonicalize().unwrap())
    }

    fn with(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let full = self.0.join(path);
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::fs::write(full, text).unwrap();
        self
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_palisade"))
            .args(arguments)
            .current_dir(&self.0)
            .env_clear()
            .output()
            .unwrap();
        Run(output)
    }

    /// `palisade scan --format json` with more arguments.
    fn scan(&self, arguments: &[&str]) -> Run {
        self.run(&[&["scan", "--format", "json"], arguments].concat())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Run(Output);

impl Run {
    fn code(&self) -> i32 {
        self.0.status.code().unwrap()
    }

    fn out(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    fn err(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.out())
            .unwrap_or_else(|e| panic!("{e}: {}\n{}", self.out(), self.err()))
    }

    /// Rule ids of the findings that are not suppressed.
    fn rules(&self) -> Vec<String> {
        self.json()["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|f| f.get("suppressed").is_none())
            .map(|f| f["rule"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Messages of the problems of a level.
    fn problems(&self, level: &str) -> Vec<String> {
        self.json()["problems"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|p| p["level"] == level)
            .map(|p| p["message"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// A template that breaks the policy in exactly one way: `unencrypted-queue`.
const OPEN_QUEUE: &str = "\
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      SqsManagedSseEnabled: false
";

const FINE: &str = "\
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      SqsManagedSseEnabled: true
";
