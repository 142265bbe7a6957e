//! `palisade ledger witness`: cosigns the checkpoints of other ledgers, over HTTP, as C2SP
//! tlog-witness has it. What it has cosigned lasts before it answers.

use super::place::key_failed;
use super::publish::{runtime, stopped};
use super::{failed, tell};
use crate::cli::WitnessArgs;
use crate::failure::CommandError;
use crate::output;
use palisade_cloud::{Answer, Asked, Identity, Limits, serve};
use palisade_ledger::{Folder, LedgerError, SystemClock, WitnessStore, witness_key};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// A request is a proof of at most 63 lines and a checkpoint.
const LIMITS: Limits = Limits {
    connections: 64,
    time: Duration::from_secs(10),
    body: 64 << 10,
};

pub(crate) fn run(arguments: &WitnessArgs) -> Result<ExitCode, CommandError> {
    let identity = match (&arguments.certificate, &arguments.private_key) {
        (Some(chain), Some(key)) => Some(identity(chain, key)?),
        _ if arguments.listen.ip().is_loopback() => None,
        _ => {
            return Err(CommandError::usage(
                "others than this machine are answered over TLS alone: name --certificate and --private-key, or listen on 127.0.0.1",
            ));
        }
    };
    let (secret, made) =
        witness_key(&arguments.key, &arguments.name).map_err(|e| key_failed(&e))?;
    let key = secret.public().to_string();
    if made {
        let file = arguments.key.display();
        tell(&format!(
            "made the key file `{file}`, which only its owner can read"
        ));
    }
    let state = Folder::new(&arguments.state).map_err(|error| {
        CommandError::internal(format!("`{}`: {error}", arguments.state.display()))
    })?;
    let logs = arguments.logs.iter().cloned().map(Into::into).collect();
    let store = WitnessStore::open(Arc::new(state), Arc::new(SystemClock), secret, logs);
    let store = store.map_err(|error| match error {
        LedgerError::Locked { process } => CommandError::internal(format!(
            "process {process} is a witness with `{}` already; only one can be",
            arguments.state.display()
        )),
        error => failed(&error),
    })?;
    let runtime = runtime()?;
    let stop = stopped(&runtime)?;
    runtime.block_on(async {
        let unheard = |error| CommandError::internal(format!("`{}`: {error}", arguments.listen));
        let listener = TcpListener::bind(arguments.listen).await.map_err(unheard)?;
        let address = listener.local_addr().map_err(unheard)?;
        let scheme = if identity.is_some() { "https" } else { "http" };
        tell(&format!(
            "witness at {scheme}://{address}; its verifier key:"
        ));
        output::write(None, &format!("{key}\n"))?;
        let answer = move |asked: &Asked| answer(&store, asked);
        serve(listener, identity, LIMITS, answer, stop).await;
        Ok(ExitCode::SUCCESS)
    })
}

fn answer(store: &WitnessStore, asked: &Asked) -> Answer {
    match (asked.path.as_str(), asked.method.as_str()) {
        ("/add-checkpoint", "POST") => {
            let reply = store.add_checkpoint(&asked.body);
            if let Some(alarm) = reply.alarm {
                tell(&alarm);
            }
            Answer {
                status: reply.status,
                content_type: reply.content_type,
                body: reply.body,
            }
        }
        ("/add-checkpoint", _) => Answer::text(405, "checkpoints are posted here\n"),
        _ => Answer::text(404, "checkpoints are posted to /add-checkpoint\n"),
    }
}

fn identity(chain: &Path, key: &Path) -> Result<Identity, CommandError> {
    let wrong = |path: &Path, error: &dyn std::fmt::Display| {
        CommandError::usage(format!("`{}`: {error}", path.display()))
    };
    #[expect(clippy::disallowed_methods, reason = "this is the rim")]
    let read = |path: &Path| std::fs::read(path).map_err(|error| wrong(path, &error));
    let key = zeroize::Zeroizing::new(read(key)?);
    Identity::from_pem(&read(chain)?, &key).map_err(|error| wrong(chain, &error))
}
