//! The commands about the guard.

use super::{AnswerFormat, GivenArgs};
use clap::{Args, Subcommand, ValueEnum};
use palisade_guard::SourceKind;
use std::path::PathBuf;

/// Options of `palisade guard`.
#[derive(Debug, Args)]
pub(crate) struct GuardArgs {
    #[command(subcommand)]
    pub(crate) command: GuardCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum GuardCommand {
    /// Show everything on this machine, without any preparation: an issuer, a function, a gateway
    /// before it, some calls, and what is on record of them
    Demo(DemoArgs),
    /// Write a first guard.toml from an application, or from an OpenAPI document
    Init(InitArgs),
    /// Serve as the gateway that a configuration describes, until Ctrl-C or SIGTERM
    Serve(ServeArgs),
    /// Read a configuration and everything that it names, and say what stands
    Check(CheckArgs),
    /// Issue, list, rotate and revoke API keys
    Key(KeyArgs),
    /// Say what would become of an event of a queue, a bucket, a topic, a bus or an API
    Decide(DecideArgs),
    /// Say what would become of a request, step by step, and which policy decides
    Explain(ExplainArgs),
    /// Hold the policies to decision tables
    Test(TestArgs),
}

/// Options of `palisade guard demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// The port of the gateway; any that is free unless given
    #[arg(
        long,
        value_name = "PORT",
        default_value = "0",
        hide_default_value = true
    )]
    pub(crate) port: u16,
    /// End after the calls, instead of serving on
    #[arg(long)]
    pub(crate) once: bool,
}

/// Options of `palisade guard init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The application (a folder or a template), or an OpenAPI document
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Where to write it; the files that it names go beside it
    #[arg(long, short, default_value = "guard.toml", value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Replace files that are there
    #[arg(long)]
    pub(crate) force: bool,
    /// Where functions are reached, such as `http://127.0.0.1:9000`
    #[arg(long, value_name = "URL")]
    pub(crate) target: Option<String>,
    /// The account that is deployed to, in place of `own` in palisade.toml
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    /// The region that is deployed to, in place of `region` in palisade.toml
    #[arg(long, value_name = "NAME")]
    pub(crate) region: Option<String>,
    #[command(flatten)]
    pub(crate) given: GivenArgs,
}

/// Options of `palisade guard serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// A file with certificates in PEM that are trusted for issuers beside those of the system
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
}

/// Which configuration a command is about.
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "guard.toml")]
    pub(crate) config: PathBuf,
}

/// Options of `palisade guard check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// How to write the result
    #[arg(long, short, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
}

/// Whether issuers may be asked.
#[derive(Debug, Args)]
pub(crate) struct OnlineArgs {
    /// Fetch keys of issuers and ask about opaque tokens; without it only keys in files are known
    #[arg(long)]
    pub(crate) online: bool,
    /// A file with certificates in PEM that are trusted for that beside those of the system
    #[arg(long, value_name = "FILE", requires = "online")]
    pub(crate) ca: Option<PathBuf>,
}

/// Options of `palisade guard decide`.
#[derive(Debug, Args)]
pub(crate) struct DecideArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// The event as Lambda hands it to a function; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) event: PathBuf,
    /// What the event is; else it is told by its shape
    #[arg(long, value_enum, value_name = "KIND")]
    pub(crate) source: Option<SourceArg>,
    /// The function that the event was sent to: only sources of it count. A direct invocation does not
    /// say it, so where several functions have a source `direct` it must be said here
    #[arg(long, value_name = "NAME")]
    pub(crate) function: Option<String>,
    #[command(flatten)]
    pub(crate) online: OnlineArgs,
    /// How to write the answer
    #[arg(long, short, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
}

/// A kind of source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SourceArg {
    /// A queue (Amazon SQS)
    Sqs,
    /// A bucket (Amazon S3)
    S3,
    /// A topic (Amazon SNS)
    Sns,
    /// An event bus (Amazon EventBridge)
    Eventbridge,
    /// An API (Amazon API Gateway)
    Apigateway,
    /// A function URL (AWS Lambda)
    FunctionUrl,
    /// A direct invocation
    Direct,
}

impl From<SourceArg> for SourceKind {
    fn from(source: SourceArg) -> Self {
        match source {
            SourceArg::Sqs => Self::Sqs,
            SourceArg::S3 => Self::S3,
            SourceArg::Sns => Self::Sns,
            SourceArg::Eventbridge => Self::EventBridge,
            SourceArg::Apigateway => Self::ApiGateway,
            SourceArg::FunctionUrl => Self::FunctionUrl,
            SourceArg::Direct => Self::Direct,
        }
    }
}

/// Options of `palisade guard explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// The request, in TOML or JSON; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) request: PathBuf,
    #[command(flatten)]
    pub(crate) online: OnlineArgs,
    /// How to write the answer
    #[arg(long, short, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
}

/// Options of `palisade guard test`.
#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Decision tables, in TOML or JSON
    #[arg(required = true, value_name = "TABLE")]
    pub(crate) tables: Vec<PathBuf>,
    /// How to write the results
    #[arg(long, short, value_enum, default_value_t = TestFormat::Text)]
    pub(crate) format: TestFormat,
}

/// The ways to write results of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    /// For people
    Text,
    /// For programs; the schema is published
    Json,
    /// JUnit's XML, for CI systems that show test results
    Junit,
}

/// Options of `palisade guard key`.
#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    #[command(subcommand)]
    pub(crate) command: KeyCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Issue a key; it is printed now, and never again
    Issue(IssueArgs),
    /// List the keys, without what makes them keys
    List(ListArgs),
    /// Give a key a new secret; the old one holds for a while
    Rotate(RotateArgs),
    /// End a key at once and for good
    Revoke(RevokeArgs),
}

/// Which keys a command is about.
#[derive(Debug, Args)]
pub(crate) struct StoreArgs {
    /// The configuration that names the store and the ledger [default: guard.toml]
    #[arg(long, value_name = "FILE", conflicts_with = "store")]
    pub(crate) config: Option<PathBuf>,
    /// The store itself; what is done is then recorded in no ledger
    #[arg(long, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
    /// A file whose first line is the passphrase of the ledger's key file
    #[arg(long, value_name = "FILE", conflicts_with = "store")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// Options of `palisade guard key issue`.
#[derive(Debug, Args)]
pub(crate) struct IssueArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// Whose key it is
    #[arg(long)]
    pub(crate) name: String,
    /// What its holder may ask for
    #[arg(long = "scope", value_name = "SCOPE", value_delimiter = ',', value_parser = word)]
    pub(crate) scopes: Vec<String>,
    /// What roles its holder has
    #[arg(long = "role", value_name = "ROLE", value_delimiter = ',', value_parser = word)]
    pub(crate) roles: Vec<String>,
    /// For how many days it is valid; at most, and by default, what the policy allows
    #[arg(long, value_name = "N")]
    pub(crate) days: Option<u32>,
    /// How to print it
    #[arg(long, short, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
}

/// Options of `palisade guard key list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// How to write the list
    #[arg(long, short, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
}

/// Options of `palisade guard key rotate`.
#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// The id of the key, as `list` shows it
    pub(crate) id: String,
    /// For how many days the new secret is valid; at most, and by default, what the policy allows
    #[arg(long, value_name = "N")]
    pub(crate) days: Option<u32>,
    /// For how long the old secret still holds, such as 30m, 24h, 7d; 0s ends it now
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = span)]
    pub(crate) overlap: u32,
    /// How to print it
    #[arg(long, short, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
}

/// Options of `palisade guard key revoke`.
#[derive(Debug, Args)]
pub(crate) struct RevokeArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// The id of the key, as `list` shows it
    pub(crate) id: String,
}

/// A span of time in seconds.
fn span(text: &str) -> Result<u32, String> {
    let wrong = || "write a number and `s`, `m`, `h` or `d`, such as 24h".to_owned();
    let at = text.len().checked_sub(1).ok_or_else(wrong)?;
    let (number, unit) = text.split_at_checked(at).ok_or_else(wrong)?;
    let unit: u32 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    let is_number = number.bytes().all(|b| b.is_ascii_digit());
    let number: Option<u32> = is_number.then(|| number.parse().ok()).flatten();
    number
        .and_then(|number| number.checked_mul(unit))
        .ok_or_else(wrong)
}

/// One name of a list: what stands around its comma is none of it.
fn word(text: &str) -> Result<String, String> {
    let word = text.trim();
    match word.is_empty() || word.contains(char::is_whitespace) {
        true => Err("a name has no spaces; several are parted by commas".to_owned()),
        false => Ok(word.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read() {
        for (text, seconds) in [
            ("24h", Some(86_400)),
            ("0s", Some(0)),
            ("7d", Some(604_800)),
            ("", None),
            ("h", None),
            ("24", None),
            ("-1h", None),
            ("+1h", None),
            ("99999999999d", None),
            ("1é", None),
        ] {
            assert_eq!(span(text).ok(), seconds, "{text}");
        }
    }
}
