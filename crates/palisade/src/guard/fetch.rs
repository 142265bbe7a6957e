//! Fetches what issuers publish, over the one client for control-plane HTTP.

use crate::failure::CommandError;
use palisade_cloud::{Client, Options};
use palisade_guard::{Fetch, FetchError, Fetched};
use std::time::Duration;

/// A discovery document or key set is not longer.
const MOST: usize = 1 << 20;
/// An issuer that takes longer is not there.
const TIME: Duration = Duration::from_secs(5);

/// Asks issuers.
#[derive(Debug)]
pub(super) struct Fetcher(Client);

impl Fetcher {
    pub(super) fn new() -> Result<Self, CommandError> {
        let client = Client::new(Options {
            timeout: TIME,
            most_body: MOST,
            ..Options::default()
        });
        let client = client.map_err(|error| CommandError::internal(error.to_string()))?;
        Ok(Self(client))
    }
}

impl Fetch for Fetcher {
    fn get<'f>(&'f self, url: &'f str) -> Fetched<'f> {
        Box::pin(async move {
            let answer = self.0.get(url, &[("accept", "application/json")]).await;
            body(answer)
        })
    }

    fn post_form<'f>(&'f self, url: &'f str, form: String, authorization: &'f str) -> Fetched<'f> {
        Box::pin(async move {
            let headers = [
                ("accept", "application/json"),
                ("authorization", authorization),
            ];
            let kind = "application/x-www-form-urlencoded";
            body(self.0.post(url, kind, form.into_bytes(), &headers).await)
        })
    }
}

fn body(
    answer: Result<palisade_cloud::Response, palisade_cloud::HttpError>,
) -> Result<Vec<u8>, FetchError> {
    match answer {
        Ok(answer) if answer.status == 200 => Ok(answer.body.to_vec()),
        Ok(_) | Err(_) => Err(FetchError),
    }
}
