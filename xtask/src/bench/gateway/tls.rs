//! The same comparisons over TLS 1.3: what encryption costs on top depends on how answers are put into
//! records and written, and every gateway does that in its own way.

use super::parties::{Party, Work};
use super::{Load, Variant};
use anyhow::{Context as _, Result, ensure};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What is compared; the bars are those of plain text.
pub(super) const VARIANTS: [Variant; 4] = [
    Variant {
        what: "TLS: public route, batched record; nginx writes its access log",
        ours: Party::Public,
        peer: Party::Nginx,
        load: Load::Plain,
        bar: 1.25,
    },
    Variant {
        what: "TLS: RS256 token not seen before; `jwt_verify`",
        ours: Party::Token,
        peer: Party::HaproxyToken,
        load: Load::Fresh,
        bar: 0.8,
    },
    Variant {
        what: "TLS: RS256 token seen before; `jwt_verify`",
        ours: Party::Token,
        peer: Party::HaproxyToken,
        load: Load::Seen,
        bar: 0.5,
    },
    Variant {
        what: "TLS: token, Cedar, limit, schema of 1 KiB, batched record; `jwt_authn` alone",
        ours: Party::Full,
        peer: Party::Envoy,
        load: Load::Post,
        bar: 1.0,
    },
];

/// The certificate, and its key, of every party.
pub(super) const CHAIN: &str = "tls-chain.pem";
pub(super) const KEY: &str = "tls-key.pem";
/// HAProxy wants them in one file.
pub(super) const BOTH: &str = "tls-both.pem";

/// The same work over TLS, with a certificate of its own.
pub(super) fn over(work: &Work) -> Result<Work> {
    let output = Command::new("openssl")
        .args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2".split(' '))
        .args(["-subj", "/CN=localhost", "-addext"])
        .arg("subjectAltName=DNS:localhost,IP:127.0.0.1")
        .args(["-keyout", KEY, "-out", CHAIN])
        .current_dir(&work.folder)
        .output();
    succeeded("openssl req", &output.context("starting openssl")?)?;
    let read = |name: &str| std::fs::read_to_string(work.folder.join(name));
    std::fs::write(work.folder.join(BOTH), read(CHAIN)? + &read(KEY)?)?;
    let mut work = work.clone();
    work.is_tls = true;
    Ok(work)
}

/// What is answered to one request, by whoever has the key of the certificate and speaks TLS 1.3.
pub(super) fn answer(folder: &Path, port: u16, request: &str) -> Result<Vec<u8>> {
    let mut child = Command::new("openssl")
        .args(["s_client", "-quiet", "-tls1_3", "-verify_return_error"])
        .args(["-CAfile", CHAIN, "-connect"])
        .arg(format!("127.0.0.1:{port}"))
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("starting openssl")?;
    let mut input = child.stdin.take().context("no input")?;
    input.write_all(request.as_bytes())?;
    // The answer is awaited nevertheless: `-quiet` says so.
    drop(input);
    let output = child.wait_with_output()?;
    ensure!(
        output.stdout.starts_with(b"HTTP/"),
        "no answer: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(output.stdout)
}

fn succeeded(what: &str, output: &Output) -> Result<()> {
    ensure!(
        output.status.success(),
        "{what}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
