//! Checksums, and what is random or secret by nature.

use super::encoding::base64;
use super::{Answer, Call, Function, files, text};
use palisade_app::{Part, Reason, ReasonKind, Value};
use sha2::{Digest, Sha256, Sha512};

pub(super) const FUNCTIONS: &[Function] = &[
    text("base64sha256", (1, 1), |call, a| {
        sum(call, &Bytes::Text, a, &|b| base64(&sha256(b)))
    }),
    text("base64sha512", (1, 1), |call, a| {
        sum(call, &Bytes::Text, a, &|b| base64(&sha512(b)))
    }),
    text("bcrypt", (1, 2), |call, _| unknown(call)),
    text("filebase64sha256", (1, 1), |call, a| {
        sum(call, &Bytes::File, a, &|b| base64(&sha256(b)))
    }),
    text("filebase64sha512", (1, 1), |call, a| {
        sum(call, &Bytes::File, a, &|b| base64(&sha512(b)))
    }),
    text("filemd5", (1, 1), |call, _| unknown(call)),
    text("filesha1", (1, 1), |call, _| unknown(call)),
    text("filesha256", (1, 1), |call, a| {
        sum(call, &Bytes::File, a, &|b| hex(&sha256(b)))
    }),
    text("filesha512", (1, 1), |call, a| {
        sum(call, &Bytes::File, a, &|b| hex(&sha512(b)))
    }),
    text("md5", (1, 1), |call, _| unknown(call)),
    text("rsadecrypt", (2, 2), |call, _| unknown(call)),
    text("sha1", (1, 1), |call, _| unknown(call)),
    text("sha256", (1, 1), |call, a| {
        sum(call, &Bytes::Text, a, &|b| hex(&sha256(b)))
    }),
    text("sha512", (1, 1), |call, a| {
        sum(call, &Bytes::Text, a, &|b| hex(&sha512(b)))
    }),
    text("uuid", (0, 0), |call, _| unknown(call)),
    text("uuidv5", (2, 2), |call, _| unknown(call)),
];

/// What a checksum is made of.
enum Bytes {
    Text,
    File,
}

fn sum(call: &Call<'_>, of: &Bytes, arguments: &[Value], made: &dyn Fn(&[u8]) -> String) -> Answer {
    let text = call.text(&arguments[0])?;
    Ok(call.say(match of {
        Bytes::Text => made(text.as_bytes()),
        Bytes::File => made(&files::read(call, &text)?),
    }))
}

/// A text of which nothing is known: no rule asks for a checksum, and what is random is so.
pub(super) fn unknown(call: &Call<'_>) -> Answer {
    let what = format!("what `{}` gives is not computed", call.name);
    let hole = Part::Hole(Reason::new(ReasonKind::Function, what));
    Ok(Value::symbol(hole, call.origin.clone()))
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

fn sha512(bytes: &[u8]) -> Vec<u8> {
    Sha512::digest(bytes).to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
