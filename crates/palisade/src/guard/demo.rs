//! `palisade guard demo`: everything that a guard does, without any preparation: an issuer of tokens
//! for trying, a small function, a gateway before it and a ledger, all on this machine; five calls
//! through it, and what is on record of them.

use super::fetch::Network;
use super::serve::{Served, opened, read, threads};
use crate::cli::guard::DemoArgs;
use crate::failure::CommandError;
use crate::ledger::{stopped, tell};
use crate::output;
use palisade_authn::{Means, Minter, MintingKey, Principal};
use palisade_cloud::{Answer, Asked, Client, Limits, Options, Response, serve};
use palisade_ledger::{Ledger, LedgerError, Query, Reader, Roles, Settings, permit};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;

/// What the issuer and the function of the demonstration take.
const LIMITS: Limits = Limits {
    connections: 64,
    time: Duration::from_secs(10),
    body: 64 << 10,
};
/// Tokens for trying are valid for so many seconds.
const LIFETIME: u32 = 3600;

const POLICIES: &str = r#"@id("clerks may order")
permit (principal in Role::"clerk", action == Action::"POST", resource == Function::"orders");

@id("everybody with a token may look")
permit (principal is User, action == Action::"GET", resource == Function::"orders");

@id("no order over a thousand")
forbid (principal, action == Action::"POST", resource == Function::"orders")
when { context.request.body has amount && context.request.body.amount > 1000 };
"#;

const SCHEMA: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "required": ["item", "amount"],
  "properties": {
    "item": {"type": "string", "minLength": 1},
    "amount": {"type": "integer", "minimum": 1}
  }
}
"#;

fn configuration(gateway: SocketAddr, issuer: SocketAddr, function: SocketAddr) -> String {
    format!(
        r#"environment = "demo"
policies = ["orders.cedar"]

[ledger]
dir = "ledger"

[listen]
address = "{gateway}"
plaintext = true

[targets.orders]
urls = ["http://{function}"]

[issuers.demo]
issuer = "http://{issuer}"
audiences = ["orders"]
roles = "roles"

[limits.gently]
per = "principal"
rate = "30/min"
burst = 5

[contracts.order]
schema = "order.schema.json"

[functions.orders]
body = {{ amount = {{ pointer = "/amount", type = "long" }} }}

[[routes]]
path = "/orders/{{id}}"
methods = ["GET"]
function = "orders"
target = "orders"
authenticate = ["token:demo"]
limits = ["gently"]

[[routes]]
path = "/orders"
methods = ["POST"]
function = "orders"
target = "orders"
authenticate = ["token:demo"]
limits = ["gently"]
contract = "order"
max-body = "4 KiB"
"#
    )
}

pub(crate) fn run(arguments: &DemoArgs) -> Result<ExitCode, CommandError> {
    let folder = Folder::new()?;
    let runtime = threads()?;
    let stop = stopped(&runtime)?;
    let file = folder.0.join("guard.toml");
    let ledger = runtime.block_on(async {
        let demo = Demo::start(&folder.0, &file, arguments.port).await?;
        output::write(None, &demo.show().await?)?;
        match arguments.once {
            true => demo.served.until(std::future::ready(())).await,
            false => {
                tell("\nThe gateway goes on until you press Ctrl-C; then everything of the demonstration is removed.");
                demo.served.until(stop).await;
            }
        }
        Ok::<_, CommandError>(demo.ledger)
    })?;
    drop(runtime);
    drop(ledger);
    Ok(ExitCode::SUCCESS)
}

/// A folder that goes with the demonstration.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, CommandError> {
        let path = std::env::temp_dir().join(format!("palisade-demo-{}", std::process::id()));
        let made = std::fs::create_dir_all(&path);
        made.map_err(|error| CommandError::internal(format!("`{}`: {error}", path.display())))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What runs in a demonstration.
struct Demo {
    served: Served,
    ledger: Ledger,
    client: Client,
    clerk: String,
    guest: String,
}

impl Demo {
    async fn start(folder: &Path, file: &Path, port: u16) -> Result<Self, CommandError> {
        let (issuer_listener, issuer) = listen(0).await?;
        let (function_listener, function) = listen(0).await?;
        // The gateway binds it itself; until then nobody else takes it.
        let (reserved, gateway) = listen(port).await?;
        drop(reserved);
        let minter = minter(&format!("http://{issuer}"))?;
        let (clerk, guest) = (
            token(&minter, "ada", &["clerk"])?,
            token(&minter, "bob", &[])?,
        );
        let keys = minter.public_keys(now());
        let url = format!("http://{issuer}");
        let issue = move |asked: &Asked| issue(asked, &url, &keys);
        tokio::spawn(serve(
            issuer_listener,
            None,
            LIMITS,
            issue,
            std::future::pending(),
        ));
        tokio::spawn(serve(
            function_listener,
            None,
            LIMITS,
            function_of,
            std::future::pending(),
        ));
        write(&folder.join("orders.cedar"), POLICIES)?;
        write(&folder.join("order.schema.json"), SCHEMA)?;
        write(file, &configuration(gateway, issuer, function))?;
        let (loaded, seen) = read(file)?;
        let ledger = opened(&loaded)?;
        let network = Arc::new(Network::new(None)?);
        let served = Served::start(loaded, seen, ledger.clone(), network).await?;
        let client = Client::new(Options {
            allow_http: true,
            ..Options::default()
        });
        Ok(Self {
            served,
            ledger,
            client: client.map_err(|error| CommandError::internal(error.to_string()))?,
            clerk,
            guest,
        })
    }

    /// Makes the calls, and tells of them and of their records.
    async fn show(&self) -> Result<String, CommandError> {
        let address = self.served.address;
        let base = format!("http://{address}");
        let mut text = format!(
            "A gateway at {base} stands before the function `orders`.\n\
             Its configuration demands a token, a limit, a schema and a policy.\n\n\
             CLERK={}\nGUEST={}\n\n",
            self.clerk, self.guest
        );
        let order = r#"{"item": "tea", "amount": 3}"#;
        let clerk = ("$CLERK", self.clerk.as_str());
        let guest = ("$GUEST", self.guest.as_str());
        for (what, path, who, body) in [
            (
                "permitted: a clerk orders",
                "/orders",
                Some(clerk),
                Some(order),
            ),
            (
                "unauthenticated: nobody in particular looks",
                "/orders/7",
                None,
                None,
            ),
            (
                "forbidden: a guest orders",
                "/orders",
                Some(guest),
                Some(order),
            ),
            (
                "invalid: an order without its amount",
                "/orders",
                Some(clerk),
                Some(r#"{"item": "tea"}"#),
            ),
            (
                "forbidden by a rule: an order over a thousand",
                "/orders",
                Some(clerk),
                Some(r#"{"item": "tea", "amount": 5000}"#),
            ),
        ] {
            let answer = self
                .call(&format!("{base}{path}"), who.map(|(_, token)| token), body)
                .await?;
            let _ = write!(
                text,
                "# {what}\n{}\n",
                typed(&base, path, who.map(|(name, _)| name), body)
            );
            told(&answer, &mut text);
        }
        let mut limited = self
            .call(&format!("{base}/orders/7"), Some(&self.guest), None)
            .await?;
        let mut count = 1;
        while limited.status == 200 && count < 20 {
            limited = self
                .call(&format!("{base}/orders/7"), Some(&self.guest), None)
                .await?;
            count += 1;
        }
        let typed = typed(&base, "/orders/7", Some("$GUEST"), None);
        let _ = write!(
            text,
            "# limited: a guest looks {count} times\n{typed}   # again and again\n"
        );
        told(&limited, &mut text);
        text += "On record, in the ledger, each decision before its answer:\n\n";
        self.records(&mut text).await?;
        Ok(text)
    }

    async fn call(
        &self,
        url: &str,
        token: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, CommandError> {
        let value = token.map(|token| format!("Bearer {token}"));
        let headers: Vec<(&str, &str)> = value
            .iter()
            .map(|v| ("authorization", v.as_str()))
            .collect();
        let answer = match body {
            Some(body) => {
                let body = body.as_bytes().to_vec();
                self.client
                    .post(url, "application/json", body, &headers)
                    .await
            }
            None => self.client.get(url, &headers).await,
        };
        answer.map_err(|error| CommandError::internal(error.to_string()))
    }

    /// One line for each record.
    async fn records(&self, text: &mut String) -> Result<(), CommandError> {
        let failed = |error: &dyn std::fmt::Display| CommandError::internal(error.to_string());
        self.ledger
            .checkpoint()
            .await
            .map_err(|error| failed(&error))?;
        let parts = self.ledger.parts().clone();
        let read = move || {
            let reader = Reader {
                principal: "demo".to_owned(),
                role: None,
            };
            let (roles, query) = (Roles::owner("demo"), Query::default());
            let permit = permit(&parts, None, Settings::default(), &roles, &reader, &query)
                .map_err(|error| error.to_string())?;
            let mut lines = String::new();
            let each = |answer: palisade_ledger::Answer| {
                if answer.event["class_uid"] == 6003 {
                    line(answer.index, &answer.event, &mut lines);
                }
                Ok::<_, LedgerError>(())
            };
            permit.query(each).map_err(|error| error.to_string())?;
            Ok::<_, String>(lines)
        };
        // It waits for the writer, in a thread that may.
        let read = tokio::task::spawn_blocking(read).await;
        let lines = read
            .map_err(|error| failed(&error))?
            .map_err(|error| failed(&error))?;
        text.push_str(&lines);
        Ok(())
    }
}

fn line(index: u64, event: &Value, lines: &mut String) {
    let text = |place: &str| {
        event
            .pointer(place)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let kind = match event.get("action") {
        Some(_) => "decision",
        None => "outcome",
    };
    let correlation = text("/metadata/correlation_uid");
    let by: Vec<&str> = event
        .pointer("/authorizations")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|one| one.pointer("/policy/name").and_then(Value::as_str))
        .collect();
    let _ = write!(
        lines,
        "{index:>4}  {}  {kind:<8}  {:<22}",
        correlation.get(..8).unwrap_or(correlation),
        text("/status_code"),
    );
    if !by.is_empty() {
        let _ = write!(lines, "  by: {}", by.join(", "));
    }
    lines.push('\n');
}

/// What a person would type.
fn typed(base: &str, path: &str, token: Option<&str>, body: Option<&str>) -> String {
    let mut line = "curl -i".to_owned();
    if let Some(token) = token {
        let _ = write!(line, " -H \"Authorization: Bearer {token}\"");
    }
    if let Some(body) = body {
        let _ = write!(line, " -H 'Content-Type: application/json' -d '{body}'");
    }
    let _ = write!(line, " {base}{path}");
    line
}

fn told(answer: &Response, text: &mut String) {
    let body = String::from_utf8_lossy(&answer.body);
    let _ = write!(text, "-> {} {}\n\n", answer.status, body.trim_end());
}

async fn listen(port: u16) -> Result<(TcpListener, SocketAddr), CommandError> {
    let failed = |error: std::io::Error| {
        CommandError::usage(format!(
            "can't listen on port {port} of this machine: {error}"
        ))
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

fn write(path: &Path, text: &str) -> Result<(), CommandError> {
    let written = std::fs::write(path, text);
    written.map_err(|error| CommandError::internal(format!("`{}`: {error}", path.display())))
}

#[expect(clippy::disallowed_methods, reason = "this is the rim")]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |time| i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}

fn minter(issuer: &str) -> Result<Minter, CommandError> {
    let failed = |_| CommandError::internal("the system gives no keys");
    let mut random = [0; 32];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| CommandError::internal("no randomness"))?;
    let key = MintingKey::p256(&random).or_else(|_| MintingKey::ed25519(&random));
    Ok(Minter::new(
        issuer,
        LIFETIME,
        Vec::new(),
        key.map_err(failed)?,
    ))
}

fn token(minter: &Minter, who: &str, roles: &[&str]) -> Result<String, CommandError> {
    let mut caller = Principal::new(Means::Token, "", who);
    caller.roles = roles.iter().map(|role| (*role).to_owned()).collect();
    let minted = minter
        .mint(&caller, "orders", now())
        .map(|(token, _)| token);
    minted.map_err(|error| CommandError::internal(error.to_string()))
}

/// An issuer as `OpenID` Connect has it, as far as those who verify need one.
fn issue(asked: &Asked, url: &str, keys: &str) -> Answer {
    let body = match asked.path.as_str() {
        "/.well-known/openid-configuration" => {
            json!({"issuer": url, "jwks_uri": format!("{url}/keys")}).to_string()
        }
        "/keys" => keys.to_owned(),
        _ => return Answer::text(404, "not here\n"),
    };
    Answer {
        status: 200,
        content_type: "application/json",
        body,
    }
}

/// The function behind the gateway.
fn function_of(asked: &Asked) -> Answer {
    let body = match asked.method.as_str() {
        "POST" => json!({"ordered": true}),
        _ => json!({"order": asked.path, "item": "tea"}),
    };
    Answer {
        status: 200,
        content_type: "application/json",
        body: body.to_string(),
    }
}
