//! The commands by which checkpoints go out, and by which others' are cosigned.

use super::PlaceArgs;
use clap::Args;
use palisade_policy::LedgerPublish;
use palisade_tlog::NoteKey;
use std::net::SocketAddr;
use std::path::PathBuf;

/// How often something is done, in seconds.
fn every(text: &str) -> Result<u64, String> {
    let wrong = || "write 30s, 5m or 1h: from a second to a day".to_owned();
    LedgerPublish::every(text).ok_or_else(wrong)
}

/// Options of `palisade ledger publish`.
#[derive(Debug, Args)]
pub(crate) struct PublishArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// Publish the last checkpoint, and end
    #[arg(long, conflicts_with = "every")]
    pub(crate) once: bool,
    /// How often, such as 30s, 5m or 1h [default: what palisade.toml says, else 60s]
    #[arg(long, value_name = "TIME", value_parser = every)]
    pub(crate) every: Option<u64>,
}

/// Options of `palisade ledger witness`.
#[derive(Debug, Args)]
pub(crate) struct WitnessArgs {
    /// The file with the key that cosigns; it is made the first time, for its owner alone
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The folder with what was cosigned; without it a witness knows nothing: keep it
    #[arg(long, value_name = "DIR")]
    pub(crate) state: PathBuf,
    /// Where it listens, such as 127.0.0.1:8471
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// The verifier key of a log that it serves, as `ledger key` prints it
    #[arg(long = "log", value_name = "VKEY", required = true)]
    pub(crate) logs: Vec<NoteKey>,
    /// What a new key is called: by convention a URL without its scheme
    #[arg(long, value_name = "NAME", default_value = "palisade-witness")]
    pub(crate) name: String,
    /// The certificates of the server in PEM, its own first; needed unless it listens on this
    /// machine alone
    #[arg(long, value_name = "FILE", requires = "private_key")]
    pub(crate) certificate: Option<PathBuf>,
    /// The key of the certificate in PEM
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub(crate) private_key: Option<PathBuf>,
}
