//! The client. It knows nothing of what is asked: whoever asks judges the status.

use crate::error::{HttpError, cause};
use crate::tls::{self, TlsError};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::net::IpAddr;
use std::time::Duration;

/// How requests are made.
#[derive(Clone, Debug)]
pub struct Options {
    /// Certificates in PEM that are trusted beside those of the system.
    pub ca: Option<Vec<u8>>,
    /// How long a request may take, from looking up the name to the last byte of the answer.
    pub timeout: Duration,
    /// How many bytes of an answer are read.
    pub most_body: usize,
    /// How the client is called.
    pub user_agent: String,
    /// Whether `http://` may be used for hosts that are not this machine.
    pub allow_http: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            ca: None,
            timeout: Duration::from_secs(10),
            most_body: 1 << 20,
            user_agent: concat!("palisade/", env!("CARGO_PKG_VERSION")).to_owned(),
            allow_http: false,
        }
    }
}

/// An answer, of any status.
#[derive(Clone, Debug)]
pub struct Response {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Bytes,
    headers: HeaderMap,
}

impl Response {
    /// A header, if it is there and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Makes requests over HTTP/1.1 and HTTP/2, within a Tokio runtime that has time and network.
#[derive(Clone, Debug)]
pub struct Client {
    inner: legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    user_agent: HeaderValue,
    timeout: Duration,
    most_body: usize,
    allow_http: bool,
}

impl Client {
    /// A client, which shares its connections with its clones.
    ///
    /// # Errors
    /// When the certificates can't be read.
    pub fn new(options: Options) -> Result<Self, TlsError> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(options.timeout));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls::client(options.ca.as_deref())?)
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(tcp);
        let inner = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_max_idle_per_host(4)
            .build(connector);
        let agent = HeaderValue::from_str(&options.user_agent);
        Ok(Self {
            inner,
            user_agent: agent.unwrap_or(HeaderValue::from_static("palisade")),
            timeout: options.timeout,
            most_body: options.most_body,
            allow_http: options.allow_http,
        })
    }

    /// Gets what is at a URL.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub async fn get(&self, url: &str, headers: &[(&str, &str)]) -> Result<Response, HttpError> {
        self.request(Method::GET, url, headers, Bytes::new()).await
    }

    /// Posts something to a URL.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub async fn post(
        &self,
        url: &str,
        content_type: &str,
        body: impl Into<Bytes>,
        headers: &[(&str, &str)],
    ) -> Result<Response, HttpError> {
        let headers = [headers, &[(CONTENT_TYPE.as_str(), content_type)]].concat();
        self.request(Method::POST, url, &headers, body.into()).await
    }

    async fn request(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Result<Response, HttpError> {
        let (uri, shown) = self.target(url)?;
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        let all = request.headers_mut();
        all.insert(USER_AGENT, self.user_agent.clone());
        for (name, value) in headers {
            let wrong = || HttpError::Header((*name).to_owned());
            let key: HeaderName = name.parse().map_err(|_| wrong())?;
            let mut value = HeaderValue::from_str(value).map_err(|_| wrong())?;
            value.set_sensitive(true);
            all.append(key, value);
        }
        let answer = tokio::time::timeout(self.timeout, self.answer(request, &shown)).await;
        answer.unwrap_or(Err(HttpError::Time {
            url: shown,
            seconds: self.timeout.as_secs(),
        }))
    }

    async fn answer(
        &self,
        request: Request<Full<Bytes>>,
        shown: &str,
    ) -> Result<Response, HttpError> {
        let broken = |what| HttpError::Connection {
            url: shown.to_owned(),
            what,
        };
        let answer = self.inner.request(request).await;
        let (parts, body) = answer.map_err(|error| broken(cause(&error)))?.into_parts();
        let body = Limited::new(body, self.most_body).collect().await;
        let body = body.map_err(|error| match error.is::<LengthLimitError>() {
            true => HttpError::Large {
                url: shown.to_owned(),
                most: self.most_body,
            },
            false => broken(cause(&*error)),
        })?;
        Ok(Response {
            status: parts.status.as_u16(),
            body: body.to_bytes(),
            headers: parts.headers,
        })
    }

    /// Where a request goes, and how that is told to people.
    fn target(&self, url: &str) -> Result<(Uri, String), HttpError> {
        let wrong = |url: &str, what| HttpError::Url {
            url: url.to_owned(),
            what,
        };
        let uri: Uri = url
            .parse()
            .map_err(|_| wrong("the URL", "write it as `https://host/path`"))?;
        let (Some(scheme), Some(host), Some(authority)) =
            (uri.scheme_str(), uri.host(), uri.authority())
        else {
            return Err(wrong("the URL", "write it as `https://host/path`"));
        };
        if authority.as_str().contains('@') {
            let what = "names and passwords don't belong in a URL";
            return Err(wrong(host, what));
        }
        let shown = format!("{scheme}://{authority}{}", uri.path());
        match scheme {
            "https" => {}
            "http" if self.allow_http || is_loopback(host) => {}
            "http" => {
                let what = "over a network it must be `https://`; `http://` is for this machine";
                return Err(wrong(&shown, what));
            }
            _ => return Err(wrong(&shown, "it must be `https://`")),
        }
        Ok((uri, shown))
    }
}

/// Whether a host is this machine.
fn is_loopback(host: &str) -> bool {
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    literal
        .parse::<IpAddr>()
        .map_or(host.eq_ignore_ascii_case("localhost"), |address| {
            address.is_loopback()
        })
}
