//! TLS: which versions, whose certificates, and how they are replaced.

use crate::fixture::{Stand, quick, read};
use palisade_gateway::{Floor, Tls};
use palisade_guard::config::Trust;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedKey, IsCa, KeyPair, generate_simple_self_signed,
};
use rustls::client::{ResolvesClientCert, WebPkiServerVerifier};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

type Own = CertifiedKey<KeyPair>;

fn own() -> Own {
    generate_simple_self_signed(vec!["gateway.example.com".to_owned()]).unwrap()
}

fn tls(own: &Own, floor: Floor) -> Tls {
    Tls {
        chain: own.cert.pem().into_bytes(),
        key: own.signing_key.serialize_pem().into_bytes(),
        floor,
    }
}

/// Whom a client is.
enum Shown<'a> {
    Nothing,
    Own(&'a Own),
    /// A certificate whose key it does not have.
    Stolen(&'a Own),
}

async fn connect(
    stand: &Stand,
    server: &Own,
    version: &'static SupportedProtocolVersion,
    shown: Shown<'_>,
    alpn: &str,
) -> std::io::Result<TlsStream<TcpStream>> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(server.cert.der().clone()).unwrap();
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[version])
        .unwrap()
        .with_webpki_verifier(verifier.build().unwrap());
    let key = |own: &Own| -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(own.signing_key.serialize_der()).into()
    };
    let mut config = match shown {
        Shown::Nothing => builder.with_no_client_auth(),
        Shown::Own(own) => {
            let chain = vec![own.cert.der().clone()];
            builder.with_client_auth_cert(chain, key(own)).unwrap()
        }
        Shown::Stolen(victim) => {
            let signing = provider
                .key_provider
                .load_private_key(key(&self::own()))
                .unwrap();
            let chain: Vec<CertificateDer<'static>> = vec![victim.cert.der().clone()];
            let certified = rustls::sign::CertifiedKey::new(chain, signing);
            builder.with_client_cert_resolver(Arc::new(Always(Arc::new(certified))))
        }
    };
    config.alpn_protocols = vec![alpn.as_bytes().to_vec()];
    let name = ServerName::try_from("gateway.example.com").unwrap();
    let stream = stand.connect().await;
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

#[derive(Debug)]
struct Always(Arc<rustls::sign::CertifiedKey>);

impl ResolvesClientCert for Always {
    fn resolve(
        &self,
        _: &[&[u8]],
        _: &[rustls::SignatureScheme],
    ) -> Option<Arc<rustls::sign::CertifiedKey>> {
        Some(self.0.clone())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

const GET: &[u8] = b"GET /open/x HTTP/1.1\r\nHost: gateway.example.com\r\n\r\n";

async fn get(stream: &mut TlsStream<TcpStream>) -> String {
    if stream.write_all(GET).await.is_err() {
        return String::new();
    }
    read(stream).await
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_1_3_and_nothing_else() {
    let server = own();
    let stand = Stand::with(quick(), Some(&tls(&server, Floor::Tls13)), |_| {}).await;
    assert!(
        connect(&stand, &server, &TLS12, Shown::Nothing, "http/1.1")
            .await
            .is_err()
    );
    let mut stream = connect(&stand, &server, &TLS13, Shown::Nothing, "http/1.1")
        .await
        .unwrap();
    let answer = get(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(
        answer.contains("strict-transport-security: max-age=1000"),
        "{answer}"
    );
    assert!(answer.contains("x-forwarded-proto: https"), "{answer}");
    let stream = connect(&stand, &server, &TLS13, Shown::Nothing, "h2")
        .await
        .unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
    // Another protocol is none of ours.
    assert!(
        connect(&stand, &server, &TLS13, Shown::Nothing, "smtp")
            .await
            .is_err()
    );
    // Nor is none at all.
    assert!(!stand.raw(GET).await.contains("200"));
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_1_2_by_exception() {
    let server = own();
    let stand = Stand::with(quick(), Some(&tls(&server, Floor::Tls12)), |_| {}).await;
    let mut stream = connect(&stand, &server, &TLS12, Shown::Nothing, "http/1.1")
        .await
        .unwrap();
    assert!(get(&mut stream).await.starts_with("HTTP/1.1 200"));
    // When it ends, who is there stays, and nobody else comes in that way.
    let narrow = tls(&server, Floor::Tls13);
    stand.gateway.replace_tls(&narrow).unwrap();
    assert!(get(&mut stream).await.starts_with("HTTP/1.1 200"));
    let older = connect(&stand, &server, &TLS12, Shown::Nothing, "http/1.1").await;
    assert!(older.is_err());
    let mut stream = connect(&stand, &server, &TLS13, Shown::Nothing, "http/1.1")
        .await
        .unwrap();
    assert!(get(&mut stream).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_of_callers_are_held_but_not_judged() {
    let server = own();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let name = format!("palisade-authority-{}.pem", std::process::id());
    let authority = std::env::temp_dir().join(name);
    std::fs::write(&authority, params.self_signed(&key).unwrap().pem()).unwrap();
    let trust = Trust {
        authorities: vec![authority.to_str().unwrap().to_owned()],
        revoked: Vec::new(),
        dns: Vec::new(),
        uris: Vec::new(),
        spiffe: Vec::new(),
        issuers: Vec::new(),
        usages: Vec::new(),
        roles: Vec::new(),
    };
    let stand = Stand::with(quick(), Some(&tls(&server, Floor::Tls13)), |config| {
        config.trust.insert("partners".to_owned(), trust);
    })
    .await;
    std::fs::remove_file(&authority).unwrap();
    let caller = own();
    for shown in [Shown::Nothing, Shown::Own(&caller)] {
        let mut stream = connect(&stand, &server, &TLS13, shown, "http/1.1")
            .await
            .unwrap();
        assert!(get(&mut stream).await.starts_with("HTTP/1.1 200"));
    }
    // In TLS 1.3 the client learns of it with the first bytes it reads.
    let stolen = connect(&stand, &server, &TLS13, Shown::Stolen(&caller), "http/1.1").await;
    if let Ok(mut stream) = stolen {
        let answer = get(&mut stream).await;
        assert!(!answer.contains("HTTP/1.1"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn handshakes_have_an_end() {
    let server = own();
    let stand = Stand::with(quick(), Some(&tls(&server, Floor::Tls13)), |_| {}).await;
    for begin in [b"".as_slice(), b"\x16\x03\x01\x02\x00\x01"] {
        let mut stream = stand.connect().await;
        stream.write_all(begin).await.unwrap();
        let mut all = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(3), stream.read_to_end(&mut all));
        assert!(ended.await.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_certificate_drops_no_connection() {
    let (old, new) = (own(), own());
    let stand = Stand::with(quick(), Some(&tls(&old, Floor::Tls13)), |_| {}).await;
    let mut stream = connect(&stand, &old, &TLS13, Shown::Nothing, "http/1.1")
        .await
        .unwrap();
    assert!(get(&mut stream).await.starts_with("HTTP/1.1 200"));
    let next = tls(&new, Floor::Tls13);
    stand
        .gateway
        .reload(stand.guard.clone(), Some(&next))
        .unwrap();
    assert!(get(&mut stream).await.starts_with("HTTP/1.1 200"));
    assert!(
        connect(&stand, &old, &TLS13, Shown::Nothing, "http/1.1")
            .await
            .is_err()
    );
    let mut stream = connect(&stand, &new, &TLS13, Shown::Nothing, "http/1.1")
        .await
        .unwrap();
    assert!(get(&mut stream).await.starts_with("HTTP/1.1 200"));
    // None at all is not taken, nor is a key that does not belong to the chain.
    assert!(stand.gateway.reload(stand.guard.clone(), None).is_err());
    let mut mixed = tls(&new, Floor::Tls13);
    mixed.key = tls(&old, Floor::Tls13).key;
    assert!(
        stand
            .gateway
            .reload(stand.guard.clone(), Some(&mixed))
            .is_err()
    );
    let mut stream = connect(&stand, &new, &TLS13, Shown::Nothing, "http/1.1")
        .await
        .unwrap();
    assert!(get(&mut stream).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_tls_only_this_machine_is_served() {
    let stand = Stand::new().await;
    let bound = stand.gateway.bind("0.0.0.0:0".parse().unwrap()).await;
    assert!(bound.is_err());
    // What stands in front is the only one that may connect, and says who calls.
    for (network, is_front) in [("127.0.0.0/8", true), ("192.0.2.0/24", false)] {
        let stand = Stand::with(quick(), None, |config| {
            let listen = config.listen.as_mut().unwrap();
            listen.plaintext = true;
            listen.behind = vec![network.parse().unwrap()];
        })
        .await;
        let bound = stand.gateway.bind("0.0.0.0:0".parse().unwrap()).await;
        assert!(bound.is_ok());
        let asked = "GET /open/x HTTP/1.1\r\nHost: a\r\n";
        let said = "X-Forwarded-For: 10.9.9.9, 198.51.100.7\r\n";
        let answer = stand.raw(format!("{asked}{said}\r\n")).await;
        assert_eq!(answer.contains("for=198.51.100.7;"), is_front, "{answer}");
        assert!(!answer.contains("10.9.9.9"), "{answer}");
        let answer = stand.raw(format!("{asked}\r\n")).await;
        assert_eq!(answer.starts_with("HTTP/1.1 400"), is_front, "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn targets_are_reached_over_tls_when_they_are_who_they_should_be() {
    // A gateway is a good function for a gateway.
    let server = generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let inner = Stand::with(quick(), Some(&tls(&server, Floor::Tls13)), |_| {}).await;
    for (is_trusted, host) in [
        (true, "localhost"),
        (false, "localhost"),
        (true, "127.0.0.1"),
    ] {
        let mut roots = RootCertStore::empty();
        if is_trusted {
            roots.add(server.cert.der().clone()).unwrap();
        }
        let url = format!("https://{host}:{}", inner.address.port());
        let outer = Stand::trusting(quick(), None, roots, |config| {
            config.targets.get_mut("orders").unwrap().urls = vec![(url, 1)];
        })
        .await;
        let answer = outer.raw("GET /open/x HTTP/1.1\r\nHost: a\r\n\r\n").await;
        let is_reached = is_trusted && host == "localhost";
        let status = if is_reached { " 200 " } else { " 502 " };
        assert!(answer.contains(status), "{host}: {answer}");
        if is_reached {
            let asked = "GET /stream/socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n\
                Upgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n";
            let answer = outer.raw(asked).await;
            assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
        }
    }
}
