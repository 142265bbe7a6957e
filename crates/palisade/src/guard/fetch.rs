//! How issuers are asked: over the client of control planes, bounded in size and time, without
//! following redirections.

#![expect(clippy::disallowed_methods, reason = "this is the rim")]

use crate::cli::guard::OnlineArgs;
use crate::failure::CommandError;
use palisade_cloud::{Client, HttpError, Options, Response};
use palisade_guard::{Fetch, FetchError, Fetched};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A document of an issuer is not larger.
const MOST: usize = 1 << 20;
const TIMEOUT: Duration = Duration::from_secs(5);

/// Asks issuers.
#[derive(Debug)]
pub(crate) struct Network {
    client: Client,
}

impl Network {
    /// Trusts the system's certificates, and those in a file.
    pub(crate) fn new(ca: Option<&Path>) -> Result<Self, CommandError> {
        let wrong = |path: &Path, error: &dyn std::fmt::Display| {
            CommandError::usage(format!("`{}`: {error}", path.display()))
        };
        let pem = ca.map(|path| std::fs::read(path).map_err(|e| wrong(path, &e)));
        let options = Options {
            ca: pem.transpose()?,
            timeout: TIMEOUT,
            most_body: MOST,
            ..Options::default()
        };
        let client = Client::new(options);
        let client = client.map_err(|error| match ca {
            Some(path) => wrong(path, &error),
            None => CommandError::internal(error.to_string()),
        })?;
        Ok(Self { client })
    }

    /// Nothing, unless the network may be used.
    pub(crate) fn asked(arguments: &OnlineArgs) -> Result<Option<Arc<Self>>, CommandError> {
        match arguments.online {
            true => Ok(Some(Arc::new(Self::new(arguments.ca.as_deref())?))),
            false => Ok(None),
        }
    }
}

fn taken(url: &str, answer: Result<Response, HttpError>) -> Result<Vec<u8>, FetchError> {
    match answer {
        Ok(answer) if answer.status == 200 => Ok(answer.body.to_vec()),
        Ok(answer) => {
            // What follows the path may hold a secret.
            let shown = url.split(['?', '#']).next().unwrap_or_default();
            let status = answer.status;
            Err(FetchError(format!(
                "`{shown}` answered with status {status}"
            )))
        }
        Err(error) => Err(FetchError(error.to_string())),
    }
}

impl Fetch for Network {
    fn get<'f>(&'f self, url: &'f str) -> Fetched<'f> {
        Box::pin(async move {
            let answer = self.client.get(url, &[("accept", "application/json")]);
            taken(url, answer.await)
        })
    }

    fn post_form<'f>(&'f self, url: &'f str, form: String, authorization: &'f str) -> Fetched<'f> {
        Box::pin(async move {
            let headers = [
                ("accept", "application/json"),
                ("authorization", authorization),
            ];
            let form_type = "application/x-www-form-urlencoded";
            let answer = self.client.post(url, form_type, form, &headers);
            taken(url, answer.await)
        })
    }
}
