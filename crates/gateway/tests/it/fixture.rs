//! A gateway with a ledger before it and a function behind it.

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use palisade_event::{Class, Product};
use palisade_gateway::{Gateway, Parts, Settings, Tls};
use palisade_guard::config::*;
use palisade_guard::limit::{Limiter, Seed};
use palisade_guard::{Guard, Random};
use palisade_ledger::{Folder, KeyFile, Ledger, LedgerError, Query, Reader, Roles, SystemClock};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Everything that a test needs; its folder goes with it.
pub(crate) struct Stand {
    pub(crate) gateway: Gateway,
    pub(crate) guard: Guard,
    pub(crate) address: SocketAddr,
    pub(crate) admin: SocketAddr,
    pub(crate) function: SocketAddr,
    ledger: Ledger,
    folder: PathBuf,
}

impl Drop for Stand {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Times that a test can wait for.
pub(crate) fn quick() -> Settings {
    Settings {
        handshake: Duration::from_millis(600),
        head: Duration::from_millis(600),
        idle: Duration::from_millis(1200),
        body_pause: Duration::from_millis(500),
        body_grace: Duration::from_millis(500),
        body_rate: 1024,
        stream_pause: Duration::from_millis(1500),
        write: Duration::from_millis(800),
        health: Duration::from_millis(100),
        ..Settings::default()
    }
}

pub(crate) fn route(path: &str, methods: &[&str], body: BodyMode) -> Route {
    Route {
        path: Template::parse(path).unwrap(),
        methods: methods.iter().map(|method| (*method).to_owned()).collect(),
        function: "orders".to_owned(),
        target: "orders".to_owned(),
        accepts: Vec::new(),
        scopes: Vec::new(),
        roles: Vec::new(),
        limits: Vec::new(),
        contract: None,
        body,
        most: 4096,
        record: Record::Batched,
        privileged: false,
        cors: None,
        websocket: WebSocket::default(),
        line: 1,
    }
}

pub(crate) fn config(urls: Vec<(String, u32)>) -> Config {
    let target = Target {
        urls,
        plaintext: false,
        timeout: 2000,
        health: None,
    };
    let mut routes = vec![
        route(
            "/open/{rest+}",
            &["GET", "POST", "PUT", "HEAD"],
            BodyMode::Buffered,
        ),
        route("/stream/{rest+}", &["GET", "POST"], BodyMode::Streaming),
        route("/secret", &["GET", "POST"], BodyMode::Buffered),
        route("/scoped", &["GET"], BodyMode::Buffered),
        route("/cors", &["GET", "PUT"], BodyMode::Buffered),
    ];
    routes[1].most = 8 << 20;
    routes[2].accepts = vec![Accept::ApiKey];
    routes[3].scopes = vec!["read".to_owned()];
    routes[4].cors = Some(Cors {
        origins: vec!["https://app.example.com".to_owned()],
        headers: vec!["content-type".to_owned()],
        credentials: true,
        max_age: 600,
    });
    Config {
        environment: "test".to_owned(),
        ledger: palisade_guard::config::Ledger {
            dir: String::new(),
            key: None,
        },
        quotas: None,
        grants: None,
        listen: Some(Listen {
            address: "127.0.0.1:0".parse().unwrap(),
            url: None,
            certificate: None,
            private_key: None,
            plaintext: false,
            behind: Vec::new(),
            admin: None,
            hsts: Some(1000),
            min_tls: TlsVersion::Tls13,
            line: 1,
        }),
        targets: BTreeMap::from([("orders".to_owned(), target)]),
        issuers: BTreeMap::new(),
        trust: BTreeMap::new(),
        keys: None,
        aws: None,
        limits: BTreeMap::new(),
        admission: Admission {
            rate: None,
            connections: 200,
            allow: Vec::new(),
            deny: Vec::new(),
        },
        contracts: BTreeMap::new(),
        policies: Vec::new(),
        claims: BTreeMap::new(),
        functions: BTreeMap::new(),
        routes,
        sources: Vec::new(),
    }
}

static NUMBER: AtomicU64 = AtomicU64::new(1);

fn ledger() -> (Ledger, PathBuf) {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("palisade-gateway-{}-{number}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let keys = KeyFile::create(&folder.join("key"), "example.com/gateway", None).unwrap();
    let keys = Arc::new(keys);
    let parts = palisade_ledger::Parts {
        disk: Arc::new(Folder::new(&folder.join("ledger")).unwrap()),
        keys: keys.clone(),
        signer: keys,
        clock: Arc::new(SystemClock),
        product: Arc::new(Product {
            name: "Palisade".to_owned(),
            vendor_name: "Palisade".to_owned(),
            version: "0".to_owned(),
        }),
    };
    let (ledger, _) = Ledger::open(parts, palisade_ledger::Settings::default()).unwrap();
    (ledger, folder)
}

impl Stand {
    pub(crate) async fn new() -> Self {
        Self::with(quick(), None, |_| {}).await
    }

    pub(crate) async fn with(
        settings: Settings,
        tls: Option<&Tls>,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        Self::trusting(settings, tls, rustls::RootCertStore::empty(), change).await
    }

    pub(crate) async fn trusting(
        settings: Settings,
        tls: Option<&Tls>,
        authorities: rustls::RootCertStore,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let function = function().await;
        let mut config = config(vec![(format!("http://{function}"), 1)]);
        change(&mut config);
        let (ledger, folder) = ledger();
        let parts = palisade_guard::Parts {
            ledger: Some(ledger.clone()),
            clock: Arc::new(SystemClock),
            random: Random(Arc::new(|bytes| {
                aws_lc_rs::rand::fill(bytes).unwrap();
            })),
            unrecorded: Arc::default(),
            shouts: Arc::default(),
            folder: folder.clone(),
            fetch: None,
            keys: palisade_authn::api_key::KeyRules { max_days: 90 },
            limiter: Arc::new(Limiter::new(1 << 10, Seed::new([7; 16]))),
            quotas: None,
        };
        let guard = Guard::new(config, parts).unwrap();
        let parts = Parts {
            identity: Some(Arc::new(Plain)),
            authorities: Some(Arc::new(authorities)),
            settings,
        };
        let gateway = Gateway::new(guard.clone(), tls, parts).unwrap();
        let local: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let listener = gateway.bind(local).await.unwrap();
        let address = listener.local_addr().unwrap();
        let admin_listener = TcpListener::bind(local).await.unwrap();
        let admin = admin_listener.local_addr().unwrap();
        let (one, other) = (gateway.clone(), gateway.clone());
        tokio::spawn(async move { one.serve(listener).await });
        tokio::spawn(async move { other.serve_admin(admin_listener).await });
        Self {
            gateway,
            guard,
            address,
            admin,
            function,
            ledger,
            folder,
        }
    }

    /// Codes of what is on record: of decisions and of outcomes.
    pub(crate) async fn records(&self) -> Records {
        let reader = Reader {
            principal: "test".to_owned(),
            role: None,
        };
        let query = Query {
            classes: [Class::ApiActivity].into(),
            ..Query::default()
        };
        let roles = Roles::owner("test");
        let permit = self.ledger.permit(&roles, &reader, &query);
        let mut records = Records::default();
        let queried = permit.await.unwrap().query(|answer| {
            let event = answer.event;
            let correlation = event["metadata"]["correlation_uid"]
                .as_str()
                .unwrap()
                .to_owned();
            let code = event["status_code"].as_str().unwrap_or("?").to_owned();
            if event["palisade"]["means"].is_null() {
                return Ok::<_, LedgerError>(());
            }
            match event["action_id"].is_u64() {
                true => records.decisions.push((correlation, code)),
                false => {
                    let detail = event["status_detail"].as_str().unwrap_or_default();
                    records.details.push(detail.to_owned());
                    records.outcomes.push((correlation, code));
                }
            }
            Ok(())
        });
        queried.unwrap();
        records
    }

    /// What is on record once so many outcomes are.
    pub(crate) async fn settled(&self, decisions: usize, outcomes: usize) -> Records {
        let mut records = self.records().await;
        for _ in 0..40 {
            if records.decisions.len() >= decisions && records.outcomes.len() >= outcomes {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            records = self.records().await;
        }
        assert_eq!(records.decisions.len(), decisions, "{records:?}");
        assert_eq!(records.outcomes.len(), outcomes, "{records:?}");
        records
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// A connection from another address of this machine: 127.0.0.`last`.
    pub(crate) async fn connect_from(&self, last: u8) -> TcpStream {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket
            .bind(SocketAddr::from(([127, 0, 0, last], 0)))
            .unwrap();
        socket.connect(self.address).await.unwrap()
    }

    /// Sends bytes and gives what comes back, until the connection ends or nothing comes.
    pub(crate) async fn raw(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        let _ = stream.write_all(bytes.as_ref()).await;
        read(&mut stream).await
    }

    pub(crate) async fn metrics(&self) -> String {
        let mut stream = TcpStream::connect(self.admin).await.unwrap();
        let asked = b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        stream.write_all(asked).await.unwrap();
        read(&mut stream).await
    }
}

/// Correlation ids and codes.
#[derive(Debug, Default)]
pub(crate) struct Records {
    pub(crate) decisions: Vec<(String, String)>,
    pub(crate) outcomes: Vec<(String, String)>,
    /// What is said beside each outcome.
    pub(crate) details: Vec<String>,
}

impl Records {
    pub(crate) fn codes(of: &[(String, String)]) -> Vec<&str> {
        of.iter().map(|(_, code)| code.as_str()).collect()
    }
}

/// What comes until the connection ends, or nothing comes for a while.
pub(crate) async fn read(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    let mut all = Vec::new();
    let mut some = [0; 4096];
    loop {
        let read = tokio::time::timeout(Duration::from_millis(400), stream.read(&mut some));
        match read.await {
            Ok(Ok(0) | Err(_)) => {
                all.extend(b"<end>");
                break;
            }
            Err(_) => break,
            Ok(Ok(count)) => all.extend(&some[..count]),
        }
    }
    String::from_utf8_lossy(&all).into_owned()
}

/// An identity that a test can read.
#[derive(Debug)]
struct Plain;

impl palisade_gateway::Identity for Plain {
    fn token(
        &self,
        principal: &Arc<palisade_authn::Principal>,
        audience: &str,
    ) -> Option<http::HeaderValue> {
        let text = format!("{}@{audience}", principal.means.name());
        http::HeaderValue::try_from(text).ok()
    }

    fn keys(&self) -> String {
        r#"{"keys":[]}"#.to_owned()
    }
}

type Out = BoxBody<Bytes, Infallible>;

/// A function behind the gateway. It answers with what it was sent.
pub(crate) async fn function() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let builder = auto::Builder::new(TokioExecutor::new());
                let service = service_fn(answer);
                let served = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
                let _ = served.await;
            });
        }
    });
    address
}

async fn answer(mut request: Request<Incoming>) -> Result<Response<Out>, Infallible> {
    let path = request.uri().path().to_owned();
    if path.ends_with("/hang") {
        std::future::pending::<()>().await;
    }
    if path.ends_with("/socket") && request.headers().contains_key("upgrade") {
        let upgrade = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            let mut stream = TokioIo::new(upgrade.await.unwrap());
            let mut bytes = [0; 64];
            while let Ok(count @ 1..) = stream.read(&mut bytes).await {
                stream.write_all(&bytes[..count]).await.unwrap();
            }
        });
        let response = Response::builder()
            .status(StatusCode::SWITCHING_PROTOCOLS)
            .header("connection", "upgrade")
            .header("upgrade", "websocket");
        return Ok(response.body(text("")).unwrap());
    }
    if path.ends_with("/echo") {
        let body = request.into_body().map_err(|_| unreachable());
        return Ok(Response::new(lossy(body)));
    }
    if path.ends_with("/endless") {
        return Ok(Response::new(endless()));
    }
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes());
    let said = format!(
        "{} {}\n{}\n{}",
        parts.method,
        parts.uri,
        fields(&parts.headers),
        String::from_utf8_lossy(&body.unwrap_or_default())
    );
    let response = Response::builder()
        .header("connection", "x-inner")
        .header("x-inner", "1")
        .header("x-outer", "1")
        .header("access-control-allow-origin", "*");
    Ok(response.body(text(said)).unwrap())
}

fn unreachable() -> Infallible {
    panic!("a body broke")
}

fn text(text: impl Into<Bytes>) -> Out {
    Full::new(text.into()).boxed()
}

fn lossy(
    body: impl hyper::body::Body<Data = Bytes, Error = Infallible> + Send + Sync + 'static,
) -> Out {
    body.boxed()
}

/// A piece now and then, for ever.
fn endless() -> Out {
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    tokio::spawn(async move {
        while sender.send(Bytes::from_static(b"piece\n")).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    Channel(receiver).boxed()
}

struct Channel(tokio::sync::mpsc::Receiver<Bytes>);

impl hyper::body::Body for Channel {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let polled = self.get_mut().0.poll_recv(cx);
        polled.map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}

fn fields(headers: &HeaderMap) -> String {
    let lines = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())));
    lines.collect()
}
