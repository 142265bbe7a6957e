//! Published vectors, each also with every byte changed; then one attack after the other.

use super::*;
use crate::hex::{hash_of_hex, hex_of_hash};
use proptest::prelude::*;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// A request that owns what it is made of, so that a test can change it.
#[derive(Clone, Debug)]
struct Request {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Request {
    fn of(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut lines = head.lines();
        let (method, target) = lines.next().unwrap().split_once(' ').unwrap();
        let target = target.strip_suffix(" HTTP/1.1").unwrap_or(target);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let header = |line: &str| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_owned(), value.to_owned())
        };
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: lines.map(header).collect(),
            body: body.to_owned(),
        }
    }

    fn verify(&self, policy: &SigV4Policy, credential: &Credential, now: i64) -> Outcome {
        let headers: Vec<(&str, &[u8])> = self
            .headers
            .iter()
            .map(|(name, value)| {
                let value = if name.eq_ignore_ascii_case("authorization") {
                    value.trim()
                } else {
                    value
                };
                (name.as_str(), value.as_bytes())
            })
            .collect();
        let request = SignedRequest {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &headers,
            body: Body::Bytes(self.body.as_bytes()),
        };
        let presented = read(&request, policy, now)?;
        let known = ["AKIDEXAMPLE", "AKIAIOSFODNN7EXAMPLE"].contains(&presented.access_key());
        presented.prove(known.then_some(credential))
    }

    /// The header of that name.
    fn header(&mut self, name: &str) -> &mut String {
        let mut headers = self.headers.iter_mut();
        &mut headers.find(|(n, _)| n == name).unwrap().1
    }
}

type Outcome = Result<Verified, SigV4Error>;

fn policy(region: &str, service: &str, dialect: Dialect) -> SigV4Policy {
    SigV4Policy {
        region: region.to_owned(),
        service: service.to_owned(),
        dialect,
        skew: 300,
        presigned: Some(MAX_PRESIGNED),
        payload: PayloadRule::Signed,
    }
}

fn credential() -> Credential {
    Credential::new(SECRET, "123456789012", "arn:aws:iam::123456789012:user/ann")
}

struct Vector {
    name: String,
    request: Request,
    policy: SigV4Policy,
    credential: Credential,
    now: i64,
}

fn vectors() -> Vec<Vector> {
    let all = include_str!("../../testdata/sigv4.txt");
    let vector = |text: &str| {
        let (title, request) = text.split_once('\n').unwrap();
        let request = request
            .strip_suffix("\n.\n")
            .unwrap()
            .trim_end_matches('\n');
        let mut words = title.split(' ');
        let name = format!("{} {}", words.next().unwrap(), words.next().unwrap());
        let mut rest: Vec<&str> = words.collect();
        let literal = rest.first() == Some(&"unnormalized");
        let token = rest.split_off(usize::from(literal)).pop();
        let dialect = if literal {
            Dialect::Literal
        } else {
            Dialect::General
        };
        let (policy, now) = if name.starts_with("double-url-encode") {
            (policy("us-east-2", "lambda", dialect), "20210511T154045Z")
        } else {
            (policy("us-east-1", "service", dialect), "20150830T123600Z")
        };
        let credential = token.map_or_else(credential, |t| credential().with_session_token(t));
        Vector {
            name,
            request: Request::of(request),
            policy,
            credential,
            now: stamp::basic(now).unwrap(),
        }
    };
    all.split("### ").skip(2).map(vector).collect()
}

/// Two vectors leave the session token out of the signature. It is refused: everything that
/// begins with `x-amz-` must be signed.
const TOKEN_UNSIGNED: &str = "post-sts-header-after";

#[test]
fn published_vectors_are_accepted() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 77);
    for vector in vectors {
        let outcome = vector
            .request
            .verify(&vector.policy, &vector.credential, vector.now + 60);
        if vector.name == format!("{TOKEN_UNSIGNED} header") {
            assert_eq!(outcome.unwrap_err(), SigV4Error::HeaderNotSigned);
        } else if vector.name == format!("{TOKEN_UNSIGNED} query") {
            assert_eq!(outcome.unwrap_err(), SigV4Error::Mismatch);
        } else {
            let verified = outcome.unwrap_or_else(|e| panic!("{}: {e}", vector.name));
            assert_eq!(verified.payload, Payload::Verified, "{}", vector.name);
            assert_eq!(verified.principal.issuer, "123456789012");
        }
    }
}

/// Another byte of the same kind.
fn changed(byte: u8) -> Option<u8> {
    match byte {
        b'z' | b'Z' | b'9' | b'f' | b'F' => Some(byte - 1),
        b if b.is_ascii_alphanumeric() => Some(byte + 1),
        b if b.is_ascii() => Some(b'x'),
        _ => None,
    }
}

/// The text with one byte changed, for every byte of it.
fn changes(text: &str) -> impl Iterator<Item = String> {
    text.bytes().enumerate().filter_map(move |(index, byte)| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[index] = changed(byte)?;
        String::from_utf8(bytes).ok()
    })
}

#[test]
fn published_vectors_with_any_byte_changed_are_refused() {
    let mut tried = 0;
    for vector in vectors()
        .iter()
        .filter(|v| !v.name.starts_with(TOKEN_UNSIGNED))
    {
        let mut refused = |part: &str, request: Request| {
            tried += 1;
            let outcome = request.verify(&vector.policy, &vector.credential, vector.now);
            assert!(outcome.is_err(), "{}: {part} of {request:?}", vector.name);
        };
        let right = &vector.request;
        for method in changes(&right.method) {
            refused(
                "method",
                Request {
                    method,
                    ..right.clone()
                },
            );
        }
        // What a dot segment removes is not under the signature.
        if !right.path.contains("..") {
            for path in changes(&right.path) {
                refused(
                    "path",
                    Request {
                        path,
                        ..right.clone()
                    },
                );
            }
        }
        for query in changes(&right.query) {
            refused(
                "query",
                Request {
                    query,
                    ..right.clone()
                },
            );
        }
        for body in changes(&right.body) {
            refused(
                "body",
                Request {
                    body,
                    ..right.clone()
                },
            );
        }
        let body = format!("{}x", right.body);
        refused(
            "more body",
            Request {
                body,
                ..right.clone()
            },
        );
        for (index, (_, value)) in right.headers.iter().enumerate() {
            for value in changes(value.trim()) {
                let mut request = right.clone();
                request.headers[index].1 = value;
                refused("header", request);
            }
            let mut request = right.clone();
            request.headers.remove(index);
            refused("no header", request);
        }
    }
    assert!(tried > 10_000, "{tried}");
}

/// Examples of the documentation: "Signature Calculations for the Authorization Header" and
/// "Authenticating Requests: Using Query Parameters" (Amazon S3), "Examples of the complete
/// Signature Version 4 signing process" (IAM, header and query).
const DOCUMENTED: [(&str, &str, &str); 8] = [
    (
        "s3",
        "GET /test.txt",
        "Host:examplebucket.s3.amazonaws.com
Range:bytes=0-9
x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
x-amz-date:20130524T000000Z
Authorization:AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    ),
    (
        "s3",
        "PUT /test%24file.text",
        "Host:examplebucket.s3.amazonaws.com
Date:Fri, 24 May 2013 00:00:00 GMT
x-amz-date:20130524T000000Z
x-amz-storage-class:REDUCED_REDUNDANCY
x-amz-content-sha256:44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072
Authorization:AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd

Welcome to Amazon S3.",
    ),
    (
        "s3",
        "GET /?lifecycle",
        "Host:examplebucket.s3.amazonaws.com
x-amz-date:20130524T000000Z
x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
Authorization:AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    ),
    (
        "s3",
        "GET /?max-keys=2&prefix=J",
        "Host:examplebucket.s3.amazonaws.com
x-amz-date:20130524T000000Z
x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
Authorization:AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    ),
    (
        "s3",
        "GET /test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
        "Host:examplebucket.s3.amazonaws.com",
    ),
    (
        "s3",
        "PUT /examplebucket/chunkObject.txt",
        "Host:s3.amazonaws.com
x-amz-date:20130524T000000Z
x-amz-storage-class:REDUCED_REDUNDANCY
Content-Encoding:aws-chunked
Content-Length:66824
x-amz-decoded-content-length:66560
x-amz-content-sha256:STREAMING-AWS4-HMAC-SHA256-PAYLOAD
Authorization:AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    ),
    (
        "iam",
        "GET /?Action=ListUsers&Version=2010-05-08",
        "Content-Type:application/x-www-form-urlencoded; charset=utf-8
Host:iam.amazonaws.com
X-Amz-Date:20150830T123600Z
Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    ),
    (
        "iam",
        "GET /?Action=ListUsers&Version=2010-05-08&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fiam%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=content-type%3Bhost&X-Amz-Signature=37ac2f4fde00b0ac9bd9eadeb459b1bbee224158d66e7ae5fcadb70b2d181d02",
        "content-type:application/x-www-form-urlencoded; charset=utf-8
host:iam.amazonaws.com",
    ),
];

#[test]
fn documented_examples() {
    for (service, line, rest) in DOCUMENTED {
        let request = Request::of(&format!("{line}\n{rest}"));
        let (secret, now, dialect) = if service == "s3" {
            let now = stamp::basic("20130524T000000Z").unwrap();
            (SECRET.replace('+', "/"), now, Dialect::S3)
        } else {
            let now = stamp::basic("20150830T123600Z").unwrap();
            (SECRET.to_owned(), now, Dialect::General)
        };
        let credential = Credential::new(&secret, "123456789012", "arn");
        let mut policy = policy("us-east-1", service, dialect);
        let unsigned =
            rest.contains("STREAMING") || dialect == Dialect::S3 && line.contains("Expires");
        if unsigned {
            let refused = request.verify(&policy, &credential, now).unwrap_err();
            assert_eq!(refused, SigV4Error::PayloadUnsigned, "{line}");
            policy.payload = PayloadRule::MayBeUnsigned;
        }
        let verified = request.verify(&policy, &credential, now);
        let verified = verified.unwrap_or_else(|e| panic!("{line}: {e}"));
        assert_eq!(verified.payload == Payload::Unsigned, unsigned, "{line}");
    }
}

/// Signs what a test made, and puts the signature into the header.
fn sign(request: &mut Request, policy: &SigV4Policy, names: &str) {
    let headers: Vec<(&str, &[u8])> = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    let signed = SignedRequest {
        method: &request.method,
        path: &request.path,
        query: &request.query,
        headers: &headers,
        body: Body::Unread,
    };
    let hash = |bytes: &[u8]| aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    let hex = |bytes: &[u8]| String::from_utf8(hex_of_hash(bytes).to_vec()).unwrap();
    let header = |name: &str| request.headers.iter().find(|(n, _)| n == name);
    let payload = header("x-amz-content-sha256").map(|(_, value)| value.clone());
    let payload = payload.unwrap_or_else(|| hex(hash(request.body.as_bytes()).as_ref()));
    let query = canonical::Query::read(&request.query).unwrap();
    let names_list: Vec<&str> = names.split(';').collect();
    let canonical = canonical::request(
        &signed,
        policy.dialect,
        &query,
        &names_list,
        payload.as_bytes(),
    );
    let canonical = hex(hash(&canonical.unwrap()).as_ref());
    let stamp = header("x-amz-date").map_or("20150830T123600Z", |(_, stamp)| stamp);
    let (region, service) = (&policy.region, &policy.service);
    let day = &stamp[..8];
    let text =
        format!("AWS4-HMAC-SHA256\n{stamp}\n{day}/{region}/{service}/aws4_request\n{canonical}");
    let scope = [day, region, service];
    let secret = format!("AWS4{SECRET}");
    let signature = credential::signature(secret.as_bytes(), scope, text.as_bytes());
    let value = format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{day}/{region}/{service}/aws4_request, SignedHeaders={names}, Signature={}",
        hex(signature.as_ref())
    );
    request.headers.push(("Authorization".to_owned(), value));
}

const NOW: i64 = 1_440_938_160;
const PLAIN: &str = "POST /orders?a=1\nhost:api.example.com\nx-amz-date:20150830T123600Z";

fn signed(text: &str, names: &str) -> Request {
    let mut request = Request::of(text);
    sign(
        &mut request,
        &policy("us-east-1", "service", Dialect::General),
        names,
    );
    request
}

fn verify(request: &Request) -> Result<(), SigV4Error> {
    let policy = policy("us-east-1", "service", Dialect::General);
    request.verify(&policy, &credential(), NOW).map(|_| ())
}

#[test]
fn the_authorization_header_is_read_strictly() {
    use SigV4Error as E;
    let right = signed(PLAIN, "host;x-amz-date");
    assert_eq!(verify(&right), Ok(()));
    let cases: [(&str, &str, SigV4Error); 23] = [
        (
            "AWS4-HMAC-SHA256",
            "AWS4-ECDSA-P256-SHA256",
            E::AsymmetricVersion,
        ),
        ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512", E::Algorithm),
        ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256,", E::Algorithm),
        ("AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256\t", E::Algorithm),
        ("AWS4-HMAC-SHA256", "aws4-hmac-sha256", E::Missing),
        ("AWS4-HMAC-SHA256", "Bearer", E::Missing),
        (", SignedHeaders", ", signedheaders", E::Malformed),
        (", Signature", ", Credential=x, Signature", E::Duplicate),
        (
            ", Signature",
            ", SignedHeaders=host, Signature",
            E::Duplicate,
        ),
        (", Signature", ", Region=x, Signature", E::Malformed),
        (", Signature", ",, Signature", E::Malformed),
        ("Signature=", "Signature=0", E::Malformed),
        ("AKIDEXAMPLE/", "/", E::Malformed),
        ("AKIDEXAMPLE/", "AKID EXAMPLE/", E::Malformed),
        ("AKIDEXAMPLE/", "AKIDEXAMPLE/x/", E::Malformed),
        ("aws4_request", "aws4_request/", E::Malformed),
        ("aws4_request", "aws3_request", E::Malformed),
        ("/20150830/", "/20150831/", E::ScopeDate),
        ("/20150830/", "/2015083/", E::ScopeDate),
        ("/us-east-1/", "/us-east-2/", E::ScopeRegion),
        ("/us-east-1/", "/US-EAST-1/", E::ScopeRegion),
        ("/service/", "/s3/", E::ScopeService),
        ("AKIDEXAMPLE", "NOBODY", E::UnknownAccessKey),
    ];
    for (from, to, error) in cases {
        let mut request = right.clone();
        let header = request.header("Authorization");
        assert!(header.contains(from), "{from}");
        *header = header.replacen(from, to, 1);
        assert_eq!(verify(&request), Err(error), "{from} -> {to}");
    }
    // Another order and no spaces are the same.
    let mut request = right.clone();
    let header = request.header("Authorization");
    *header = header.replace(", ", ",");
    assert_eq!(verify(&request), Ok(()));
    // The same signature in upper case would be a second name of the same request.
    let mut request = right;
    let header = request.header("Authorization");
    let (start, signature) = header.split_once("Signature=").unwrap();
    *header = format!("{start}Signature={}", signature.to_uppercase());
    assert_eq!(verify(&request), Err(E::Malformed));
}

#[test]
fn what_must_be_signed_and_must_not_be_double() {
    use SigV4Error as E;
    let cases: [(&str, &str, SigV4Error); 12] = [
        (PLAIN, "x-amz-date", E::HeaderNotSigned),
        (PLAIN, "host", E::HeaderNotSigned),
        (PLAIN, "x-amz-date;host", E::Malformed),
        (PLAIN, "host;host;x-amz-date", E::Malformed),
        (
            "GET /\nhost:a\nhost:b\nx-amz-date:20150830T123600Z",
            "host;x-amz-date",
            E::Duplicate,
        ),
        (
            "GET /\nhost:a\nx-amz-date:20150830T123600Z\nX-Amz-Date:20150830T123600Z",
            "host;x-amz-date",
            E::Duplicate,
        ),
        (
            "GET /\nhost:a\ncontent-type:a/b\nx-amz-date:20150830T123600Z",
            "host;x-amz-date",
            E::HeaderNotSigned,
        ),
        (
            "GET /\nhost:a\ncontent-type:a/b\ncontent-type:c/d\nx-amz-date:20150830T123600Z",
            "content-type;host;x-amz-date",
            E::Duplicate,
        ),
        (
            "GET /\nhost:a\nX-AMZ-Target:b\nx-amz-date:20150830T123600Z",
            "host;x-amz-date",
            E::HeaderNotSigned,
        ),
        (
            "GET /\nhost:a\nx:b\x01\nx-amz-date:20150830T123600Z",
            "host;x-amz-date",
            E::Mismatch,
        ),
        (
            "GET /\nhost:a\nDate:Sun, 30 Aug 2015 12:36:00 GMT",
            "host",
            E::HeaderNotSigned,
        ),
        ("GET /\nhost:a", "host", E::Malformed),
    ];
    for (text, names, error) in cases {
        let mut request = signed(text, names);
        // The control character comes in afterwards, and under the signature.
        if error == E::Mismatch {
            let header = request.header("Authorization");
            *header = header.replace("host;x-amz-date", "host;x;x-amz-date");
            assert_eq!(verify(&request), Err(E::Malformed));
            continue;
        }
        assert_eq!(verify(&request), Err(error), "{text} {names}");
    }
    let dated = signed(
        "GET /\nhost:a\nDate:Sun, 30 Aug 2015 12:36:00 GMT",
        "date;host",
    );
    assert_eq!(verify(&dated), Ok(()));
    let mut absent = signed(PLAIN, "host;x-amz-date");
    let header = absent.header("Authorization");
    *header = header.replace("host;", "host;range;");
    assert_eq!(verify(&absent), Err(E::SignedHeaderAbsent));
    let mut twice = signed(PLAIN, "host;x-amz-date");
    twice.headers.push(twice.headers.last().unwrap().clone());
    assert_eq!(verify(&twice), Err(E::Duplicate));
    let mut both = signed(PLAIN, "host;x-amz-date");
    both.query.push_str("&X-Amz-Signature=00");
    assert_eq!(verify(&both), Err(E::TwoForms));
    // The same name in another spelling, or encoded, is no way around that.
    both.query = "X-Amz-Signatur%65=00".to_owned();
    assert_eq!(verify(&both), Err(E::TwoForms));
    both.query = "x-amz-signature=00".to_owned();
    assert_eq!(verify(&both), Err(E::Malformed));
    assert_eq!(verify(&Request::of("GET /\nhost:a")), Err(E::Missing));
}

#[test]
fn times() {
    use SigV4Error as E;
    let request = signed(PLAIN, "host;x-amz-date");
    let mut policy = policy("us-east-1", "service", Dialect::General);
    let at = |policy: &SigV4Policy, now| request.verify(policy, &credential(), now).map(|_| ());
    for (now, outcome) in [
        (NOW - 300, Ok(())),
        (NOW - 301, Err(E::FromTheFuture)),
        (NOW + 300, Ok(())),
        (NOW + 301, Err(E::TooOld)),
        (i64::MIN, Err(E::FromTheFuture)),
        (i64::MAX, Err(E::TooOld)),
    ] {
        assert_eq!(at(&policy, now), outcome, "{now}");
    }
    // A policy cannot make a signature last for ever.
    policy.skew = u32::MAX;
    assert_eq!(at(&policy, NOW + 900), Ok(()));
    assert_eq!(at(&policy, NOW + 901), Err(E::TooOld));

    let vectors = vectors();
    let vector = vectors
        .iter()
        .find(|v| v.name == "get-vanilla query")
        .unwrap();
    let mut policy = vector.policy.clone();
    let at = |policy: &SigV4Policy, now| vector.request.verify(policy, &vector.credential, now);
    let verified = at(&policy, NOW + 3600).unwrap();
    assert_eq!(verified.valid_until, NOW + 3600);
    assert_eq!(verified.principal.expires, Some(NOW + 3600));
    assert_eq!(at(&policy, NOW + 3601).unwrap_err(), E::Expired);
    assert_eq!(at(&policy, NOW - 301).unwrap_err(), E::FromTheFuture);
    policy.presigned = Some(3599);
    assert_eq!(at(&policy, NOW).unwrap_err(), E::LivesTooLong);
    policy.presigned = None;
    assert_eq!(at(&policy, NOW).unwrap_err(), E::PresignedRefused);
    policy.presigned = Some(u32::MAX);
    for (expires, error) in [
        ("604800", E::Mismatch),
        ("604801", E::LivesTooLong),
        ("0", E::Malformed),
        ("-1", E::Malformed),
        ("%2B60", E::Malformed),
        ("99999999999", E::Malformed),
        ("", E::Malformed),
    ] {
        let mut request = vector.request.clone();
        request.query = request.query.replace("=3600", &format!("={expires}"));
        let outcome = request.verify(&policy, &vector.credential, NOW);
        assert_eq!(outcome.unwrap_err(), error, "{expires}");
    }
}

#[test]
fn the_query_form_is_read_strictly() {
    use SigV4Error as E;
    let vectors = vectors();
    let vector = vectors
        .iter()
        .find(|v| v.name == "get-vanilla query")
        .unwrap();
    for (from, to, error) in [
        (
            "X-Amz-Date",
            "X-Amz-Date=20150830T123600Z&X-Amz-Date",
            E::Duplicate,
        ),
        ("X-Amz-Date", "X-Amz-Dat%65", E::Mismatch),
        ("X-Amz-Date", "x-amz-date", E::Malformed),
        ("X-Amz-Date", "Other", E::Malformed),
        (
            "AWS4-HMAC-SHA256",
            "AWS4-ECDSA-P256-SHA256",
            E::AsymmetricVersion,
        ),
        ("AWS4-HMAC-SHA256", "none", E::Algorithm),
        ("X-Amz-Algorithm", "a=b+c&X-Amz-Algorithm", E::Mismatch),
        ("X-Amz-Algorithm", "a=%&X-Amz-Algorithm", E::Malformed),
        ("X-Amz-Algorithm", "a=%zz&X-Amz-Algorithm", E::Malformed),
        ("X-Amz-Algorithm", "a=b&X-Amz-Algorithm", E::Mismatch),
        ("AKIDEXAMPLE", "AKID%00EXAMPLE", E::Malformed),
        ("AKIDEXAMPLE", "%FF", E::Malformed),
        ("=host", "=Host", E::Malformed),
        ("=host", "=", E::Malformed),
    ] {
        let mut request = vector.request.clone();
        assert!(request.query.contains(from), "{from}");
        request.query = request.query.replacen(from, to, 1);
        let outcome = request.verify(&vector.policy, &vector.credential, vector.now);
        match outcome {
            // The same name, encoded: the same request.
            Ok(_) => assert_eq!(to, "X-Amz-Dat%65"),
            Err(found) => assert_eq!(found, error, "{from} -> {to}"),
        }
    }
}

#[test]
fn bodies() {
    use SigV4Error as E;
    let text = |hash: &str| {
        format!("POST /\nhost:a\nx-amz-content-sha256:{hash}\nx-amz-date:20150830T123600Z\n\nhello")
    };
    let hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    let names = "host;x-amz-content-sha256;x-amz-date";
    let mut policy = policy("us-east-1", "service", Dialect::General);
    let strict = policy.clone();
    policy.payload = PayloadRule::MayBeUnsigned;
    let upper = hello.to_uppercase();
    for (hash, when_strict, otherwise) in [
        (hello, Ok(Payload::Verified), Ok(Payload::Verified)),
        (
            &hello.replace('2', "3"),
            Err(E::PayloadMismatch),
            Err(E::PayloadMismatch),
        ),
        (&upper, Err(E::Malformed), Err(E::Malformed)),
        ("", Err(E::Malformed), Err(E::Malformed)),
        ("unsigned-payload", Err(E::Malformed), Err(E::Malformed)),
        (
            "UNSIGNED-PAYLOAD",
            Err(E::PayloadUnsigned),
            Ok(Payload::Unsigned),
        ),
        (
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            Err(E::PayloadUnsigned),
            Ok(Payload::Unsigned),
        ),
        (
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            Err(E::PayloadUnsigned),
            Ok(Payload::Unsigned),
        ),
        (
            "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
            Err(E::Malformed),
            Err(E::Malformed),
        ),
    ] {
        let request = signed(&text(hash), names);
        let with = |policy| {
            request
                .verify(policy, &credential(), NOW)
                .map(|v| v.payload)
        };
        assert_eq!(with(&strict), when_strict, "{hash}");
        assert_eq!(with(&policy), otherwise, "{hash}");
    }
    // A body that comes later: its hash must be named, and is handed on to whoever reads it.
    let unread = |text: &str, names: &str| {
        let request = signed(text, names);
        let headers: Vec<_> = request
            .headers
            .iter()
            .map(|(n, v)| (&n[..], v.as_bytes()))
            .collect();
        let request = SignedRequest {
            method: "POST",
            path: "/",
            query: "",
            headers: &headers,
            body: Body::Unread,
        };
        let presented = read(&request, &strict, NOW)?;
        presented.prove(Some(&credential())).map(|v| v.payload)
    };
    let hash = hash_of_hex(hello.as_bytes()).unwrap();
    assert_eq!(unread(&text(hello), names), Ok(Payload::Expected(hash)));
    let plain = "POST /\nhost:a\nx-amz-date:20150830T123600Z";
    assert_eq!(unread(plain, "host;x-amz-date"), Err(E::BodyNeeded));
}

#[test]
fn session_tokens_and_ends_of_credentials() {
    use SigV4Error as E;
    let policy = policy("us-east-1", "service", Dialect::General);
    let plain = signed(PLAIN, "host;x-amz-date");
    let text = format!("{PLAIN}\nx-amz-security-token:abc");
    let with = signed(&text, "host;x-amz-date;x-amz-security-token");
    let session = credential().with_session_token("abc");
    let other = credential().with_session_token("abd");
    let of = |request: &Request, credential: &Credential| {
        request.verify(&policy, credential, NOW).map(|_| ())
    };
    assert_eq!(of(&with, &session), Ok(()));
    assert_eq!(of(&with, &other), Err(E::SessionToken));
    assert_eq!(of(&with, &credential()), Err(E::SessionToken));
    assert_eq!(of(&plain, &session), Err(E::SessionToken));
    let mut ended = credential();
    ended.expires = Some(NOW);
    assert_eq!(of(&plain, &ended), Err(E::CredentialExpired));
    ended.expires = Some(NOW + 1);
    assert_eq!(of(&plain, &ended), Ok(()));
    let shown = format!(
        "{session:?} {:?}",
        with.verify(&policy, &session, NOW).unwrap()
    );
    assert!(
        !shown.contains("abc") && !shown.contains("wJalr"),
        "{shown}"
    );
}

/// What the wire shows is encoded once more, but for S3 (as `botocore` does: `SigV4Auth` and
/// `S3SigV4Auth`).
#[test]
fn paths() {
    let canonical = |path: &str, dialect| {
        let request = SignedRequest {
            method: "GET",
            path,
            query: "",
            headers: &[],
            body: Body::Unread,
        };
        let query = canonical::Query::read("").unwrap();
        let text = canonical::request(&request, dialect, &query, &[], b"")?;
        let text = String::from_utf8(text).unwrap();
        Ok(text.lines().nth(1).unwrap().to_owned())
    };
    for (path, general, literal, s3) in [
        ("", "/", "/", "/"),
        ("/", "/", "/", "/"),
        ("/a b", "/a%20b", "/a%20b", "/a%20b"),
        ("/a%20b", "/a%2520b", "/a%2520b", "/a%20b"),
        ("/a%2fb", "/a%252fb", "/a%252fb", "/a%2Fb"),
        (
            "/a%2F..%2Fb",
            "/a%252F..%252Fb",
            "/a%252F..%252Fb",
            "/a%2F..%2Fb",
        ),
        ("//a//b/", "/a/b/", "//a//b/", "//a//b/"),
        ("/a/../b", "/b", "/a/../b", "/a/../b"),
        ("/../../b", "/b", "/../../b", "/../../b"),
        ("/a/./b/.", "/a/b", "/a/./b/.", "/a/./b/."),
        (
            "/.well-known/x",
            "/.well-known/x",
            "/.well-known/x",
            "/.well-known/x",
        ),
        ("/a+b~c", "/a%2Bb~c", "/a%2Bb~c", "/a%2Bb~c"),
    ] {
        assert_eq!(
            canonical(path, Dialect::General),
            Ok(general.to_owned()),
            "{path}"
        );
        assert_eq!(
            canonical(path, Dialect::Literal),
            Ok(literal.to_owned()),
            "{path}"
        );
        assert_eq!(canonical(path, Dialect::S3), Ok(s3.to_owned()), "{path}");
    }
    for path in ["*", "a", "http://a/"] {
        assert_eq!(
            canonical(path, Dialect::General),
            Err(SigV4Error::Malformed)
        );
    }
    assert_eq!(canonical("/%4", Dialect::S3), Err(SigV4Error::Malformed));
}

#[test]
fn a_plus_sign_in_the_query_is_a_space() {
    let mut request = signed(
        "GET /?a=b%20c\nhost:a\nx-amz-date:20150830T123600Z",
        "host;x-amz-date",
    );
    for (query, outcome) in [
        ("a=b%20c", Ok(())),
        ("a=b+c", Ok(())),
        ("a=b%2Bc", Err(SigV4Error::Mismatch)),
    ] {
        request.query = query.to_owned();
        assert_eq!(verify(&request), outcome, "{query}");
    }
}

#[test]
fn sizes_are_bounded() {
    let mut request = signed(PLAIN, "host;x-amz-date");
    request.query = "a&".repeat(600);
    assert_eq!(verify(&request), Err(SigV4Error::TooLarge));
    let mut request = signed(PLAIN, "host;x-amz-date");
    request.path = "/a".repeat(40_000);
    assert_eq!(verify(&request), Err(SigV4Error::TooLarge));
    let mut request = signed(PLAIN, "host;x-amz-date");
    request
        .headers
        .extend((0..300).map(|n| (format!("h{n}"), String::new())));
    assert_eq!(verify(&request), Err(SigV4Error::TooLarge));
    let mut request = signed(PLAIN, "host;x-amz-date");
    let many: Vec<String> = (0..70).map(|n| format!("a{n:02}")).collect();
    let header = request.header("Authorization");
    *header = header.replace("host;", &format!("{};host;", many.join(";")));
    assert_eq!(verify(&request), Err(SigV4Error::TooLarge));
}

proptest! {
    #[test]
    fn nothing_panics(
        method in ".{0,8}",
        path in ".{0,30}",
        query in "([a-zA-Z0-9%=&;+./-]|\\PC){0,60}",
        values in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 6),
        authorization in "AWS4-HMAC-SHA256 (Credential=[A-Z/0-9]{0,30}|SignedHeaders=[a-z;]{0,10}|Signature=[0-9a-f]{60,66}|,|=| |\\PC){0,6}",
        now in any::<i64>(),
    ) {
        let names = ["host", "x-amz-date", "date", "x-amz-content-sha256", "content-type", "x"];
        let mut headers: Vec<(&str, &[u8])> = names.iter().copied().zip(values.iter().map(Vec::as_slice)).collect();
        headers.push(("authorization", authorization.as_bytes()));
        for dialect in [Dialect::General, Dialect::Literal, Dialect::S3] {
            let policy = policy("us-east-1", "service", dialect);
            for headers in [&headers[..], &headers[..6]] {
                let request = SignedRequest { method: &method, path: &path, query: &query, headers, body: Body::Bytes(b"") };
                if let Ok(presented) = read(&request, &policy, now) {
                    prop_assert!(presented.prove(None).is_err());
                }
            }
        }
    }

    /// A request with any query and header is accepted as it was signed.
    #[test]
    fn what_is_signed_is_accepted(path in "/[a-z/%.~ é]{0,20}", query in "[a-z=&;?é:/+]{0,30}", value in "[ a-z\t,\"é]{0,20}") {
        let mut request = Request::of(PLAIN);
        request.path = path;
        request.query = query;
        request.headers.push(("other".to_owned(), value));
        sign(&mut request, &policy("us-east-1", "service", Dialect::General), "host;other;x-amz-date");
        prop_assert_eq!(verify(&request), Ok(()));
    }
}
