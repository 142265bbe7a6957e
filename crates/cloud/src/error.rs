//! What can go wrong with a request. Messages name the host and the path, and never what follows.

use std::error::Error;

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The URL is not one that can be asked.
    #[error("`{url}` can't be asked: {what}")]
    Url {
        /// The URL, without what may be a credential.
        url: String,
        /// What is wrong with it, and what to write.
        what: &'static str,
    },
    /// A header can't be sent.
    #[error("the header `{0}` has a name or a value that HTTP can't carry")]
    Header(String),
    /// There is no connection, or it ended early.
    #[error("`{url}` does not answer: {what}")]
    Connection {
        /// Who was asked.
        url: String,
        /// What the system or TLS says.
        what: String,
    },
    /// It takes too long.
    #[error(
        "`{url}` did not answer within {seconds} s: is it running, and does a firewall let it through?"
    )]
    Time {
        /// Who was asked.
        url: String,
        /// How long was waited.
        seconds: u64,
    },
    /// The answer is longer than is read.
    #[error("`{url}` answers with more than {most} bytes: is it the right address?")]
    Large {
        /// Who was asked.
        url: String,
        /// How much is read.
        most: usize,
    },
}

/// What lies at the bottom of an error, which is what people can do something about.
pub(crate) fn cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(below) = cause.source() {
        cause = below;
    }
    let text = cause.to_string();
    if text.contains("UnknownIssuer") {
        return "its certificate was issued by nobody who is trusted here: if it is your own, name the file with its CA's certificate".to_owned();
    }
    text
}
