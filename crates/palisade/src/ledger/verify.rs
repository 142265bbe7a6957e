//! `palisade ledger verify`: whether the ledger is what it was, and if not, where it first differs.

use super::place::Place;
use super::{failed, handed};
use crate::cli::{AnswerFormat, VerifyArgs};
use crate::failure::{CommandError, code};
use crate::output;
use palisade_ledger::{Evidence, FaultKind, KeyError, LedgerError, Verified};
use palisade_tlog::{ForkProof, TreeHead};
use serde_json::{Value, json};
use std::process::ExitCode;

/// Exit code 1 says that something is not what it was.
pub(crate) fn run(arguments: &VerifyArgs) -> Result<ExitCode, CommandError> {
    let parts = Place::new(&arguments.place)?.to_verify()?;
    let log = parts.signer.key().clone().into();
    let mut evidence = handed::read(&arguments.checkpoints, &arguments.receipts, &log)?;
    evidence.witnesses.clone_from(&arguments.witnesses);
    let found = match palisade_ledger::verify(&parts, &evidence) {
        Ok(verified) => Ok(verified),
        Err(error) => Err(Wrong::new(error)?),
    };
    // Where the folder has no checkpoint, verification has said so.
    let fork = palisade_ledger::fork(&parts, &evidence.checkpoints).unwrap_or_default();
    let report = Report {
        origin: log.origin.as_str(),
        evidence: &evidence,
        found,
        fork,
        fork_proof: arguments
            .fork_proof
            .as_ref()
            .map(|path| path.display().to_string()),
    };
    if let (Some(path), Some(fork)) = (&arguments.fork_proof, &report.fork) {
        output::write(Some(path), &fork.to_string())?;
    }
    let text = match arguments.format {
        AnswerFormat::Text => report.text(),
        AnswerFormat::Json => format!("{:#}\n", report.json()),
    };
    output::write(None, &text)?;
    Ok(ExitCode::from(match report.is_good() {
        true => 0,
        false => code::FOUND,
    }))
}

/// The first place at which a ledger is not what it was.
struct Wrong {
    path: String,
    offset: Option<u64>,
    index: Option<u64>,
    what: &'static str,
    message: String,
}

impl Wrong {
    /// What keeps verification from being done is no result of it.
    fn new(error: LedgerError) -> Result<Self, CommandError> {
        let message = error.to_string();
        match error {
            LedgerError::Fault(fault) => Ok(Self {
                message: match fault.what {
                    FaultKind::Signature => {
                        format!("{message} (is the key file that of this ledger?)")
                    }
                    _ => message,
                },
                path: fault.path,
                offset: fault.offset,
                index: Some(fault.index),
                what: fault.what.id(),
            }),
            LedgerError::Key {
                path,
                source: KeyError::Refused(_),
            } => Ok(Self {
                path,
                offset: None,
                index: None,
                what: "key",
                message,
            }),
            error => Err(failed(&error)),
        }
    }
}

/// What verification has shown.
struct Report<'a> {
    origin: &'a str,
    evidence: &'a Evidence,
    found: Result<Verified, Wrong>,
    fork: Option<ForkProof>,
    /// Where its proof is written.
    fork_proof: Option<String>,
}

impl Report<'_> {
    fn is_good(&self) -> bool {
        self.found.is_ok() && self.fork.is_none()
    }

    fn json(&self) -> Value {
        let tree = |tree: &TreeHead| json!({"size": tree.size, "root": tree.root.to_string()});
        let mut json = json!({
            "schema": "palisade.ledger-verify/1",
            "verified": self.is_good(),
            "origin": self.origin,
            "held": {
                "checkpoints": self.evidence.checkpoints.len(),
                "receipts": self.evidence.receipts.len(),
                "witnesses": self.evidence.witnesses.len(),
            },
        });
        match &self.found {
            Ok(found) => {
                json["events"] = found.events.into();
                json["root"] = found.root.to_string().into();
                json["checkpoint"] = tree(&found.checkpoint);
                json["segments"] = found.segments.into();
                json["bytes"] = found.bytes.into();
                json["expired"] = found.expired.into();
                json["erased"] = found.erased.into();
                json["torn"] = found.torn.into();
            }
            Err(wrong) => {
                json["fault"] = json!({
                    "path": wrong.path,
                    "offset": wrong.offset,
                    "index": wrong.index,
                    "what": wrong.what,
                    "message": wrong.message,
                });
            }
        }
        if let Some(fork) = &self.fork {
            json["fork"] = json!({
                "earlier": tree(fork.earlier().tree()),
                "later": tree(fork.later().tree()),
            });
        }
        json
    }

    fn text(&self) -> String {
        let mut text = match &self.found {
            Ok(found) => self.good(found),
            Err(wrong) => {
                let event = wrong
                    .index
                    .map(|index| format!("\n  the first event concerned: {index}"));
                let event = event.unwrap_or_default();
                format!("not verified: {}{event}\n", wrong.message)
            }
        };
        if let Some(fork) = &self.fork {
            let (earlier, later) = (fork.earlier().tree(), fork.later().tree());
            text += &format!(
                "the ledger forked: its key signed {} events with the root {}, and {} events with the root {}, which don't begin so\n",
                earlier.size, earlier.root, later.size, later.root
            );
            text += &match &self.fork_proof {
                Some(path) => format!("  `{path}` proves it to anybody who has the verifier key\n"),
                None => "  --fork-proof FILE writes the proof of that\n".to_owned(),
            };
        }
        text
    }

    fn good(&self, found: &Verified) -> String {
        let held = &self.evidence;
        let mut text = format!(
            "verified `{}`\n  events                 {}\n  covered by checkpoint  {}\n  segments               {}\n  bytes                  {}\n  root                   {}\n  checkpoints held       {}\n  receipts held          {}\n",
            self.origin,
            found.events,
            found.checkpoint.size,
            found.segments,
            found.bytes,
            found.root,
            held.checkpoints.len(),
            held.receipts.len(),
        );
        if !held.witnesses.is_empty() {
            text += &format!("  witnesses              {}\n", held.witnesses.len());
        }
        if found.expired > 0 {
            text += &format!("  events expired         {}\n", found.expired);
        }
        if found.erased > 0 {
            text += &format!("  fields erased          {}\n", found.erased);
        }
        if found.torn {
            text += "  the last segment ends in a write that was not finished; nothing of it was acknowledged\n";
        }
        if held.checkpoints.is_empty() && held.receipts.is_empty() {
            text += "  without a checkpoint or receipt from outside, a roll-back of the whole folder is not seen\n";
        }
        text
    }
}
