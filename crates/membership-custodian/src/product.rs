//! Where a product is, and one HTTP request to it.
//!
//! One connection for each call, and only what both sides agreed on: no redirects, no proxies (whatever the environment
//! says), no cookies, no compression, no HTTP but 1.1, and an answer of bounded length in bounded time.

use std::{fmt, path::Path, pin::pin, sync::Arc, time::Duration};

use futures_util::future::{Either, select};
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, Response, StatusCode, Uri,
    body::{Body as _, Bytes, Incoming},
    client::conn::http1,
    header::{ACCEPT, CONNECTION, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use crate::{CustodianSettings, SettingsFault, SignatureHeaders, agreement::Call, fault::Fault};

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// A connection, encryption included.
    pub(crate) connect: Duration,
    /// One call, from the connection to the last byte.
    pub(crate) whole: Duration,
}

/// Where a product is and how it is asked.
pub(crate) struct Product {
    host: String,
    port: u16,
    authority: HeaderValue,
    holdings: Uri,
    hand_over: Uri,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    pace: Pace,
}

/// What both a plain and an encrypted connection are.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

const LONGEST_CONNECT: Duration = Duration::from_secs(5);
const LONGEST_CALL_SECONDS: u16 = 60;
/// The longest body of an answer.
const LONGEST_BODY: usize = 64 * 1024;
/// The longest head of an answer.
const LONGEST_HEAD: usize = 16 * 1024;

impl Pace {
    /// A call within so many seconds.
    pub(crate) fn within(seconds: u16) -> Result<Self, SettingsFault> {
        if !(1..=LONGEST_CALL_SECONDS).contains(&seconds) {
            return Err(SettingsFault::Timeout);
        }
        let whole = Duration::from_secs(seconds.into());
        Ok(Self { connect: LONGEST_CONNECT.min(whole / 2), whole })
    }
}

impl Product {
    pub(crate) fn new(settings: &CustodianSettings, pace: Pace) -> Result<Self, SettingsFault> {
        let url = checked(&settings.url)?;
        let uncallable = |reason: String| SettingsFault::Uncallable(reason);
        let host = match url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            None => return Err(uncallable("it names no host".to_owned())),
        };
        let authority = url.port().map_or_else(String::new, |port| format!(":{port}"));
        let authority = format!("{}{authority}", url.host_str().unwrap_or_default());
        let base = url.path().trim_end_matches('/');
        let uri = |call: Call| {
            format!("{base}/{}", call.path()).parse::<Uri>().map_err(|error| uncallable(error.to_string()))
        };
        let tls = if url.scheme() == "https" {
            let name = ServerName::try_from(host.clone()).map_err(|error| uncallable(error.to_string()))?;
            Some((connector(settings.ca_file.as_deref())?, name))
        } else {
            None
        };
        Ok(Self {
            port: url.port_or_known_default().unwrap_or_default(),
            authority: HeaderValue::try_from(authority).map_err(|error| uncallable(error.to_string()))?,
            holdings: uri(Call::Holdings)?,
            hand_over: uri(Call::HandOver)?,
            host,
            tls,
            pace,
        })
    }

    /// Sends `body` and reads the answer: JSON where the call has one, else nothing.
    pub(crate) async fn call(&self, call: Call, signature: &SignatureHeaders, body: Vec<u8>) -> Result<Vec<u8>, Fault> {
        let request = self.request(call, signature, body)?;
        let work = async {
            let connecting = timeout(self.pace.connect, self.connect()).await;
            let stream = connecting.unwrap_or(Err(Fault::NoConnection(self.pace.connect)))?;
            exchange(stream, call, request).await
        };
        timeout(self.pace.whole, work).await.unwrap_or(Err(Fault::Slow(self.pace.whole)))
    }

    fn request(&self, call: Call, signature: &SignatureHeaders, body: Vec<u8>) -> Result<Request<Full<Bytes>>, Fault> {
        let uri = match call {
            Call::Holdings => &self.holdings,
            Call::HandOver => &self.hand_over,
        };
        Request::post(uri)
            .header(HOST, &self.authority)
            .header(USER_AGENT, "membership")
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .header(CONNECTION, "close")
            .header(SignatureHeaders::ID, &signature.id)
            .header(SignatureHeaders::TIMESTAMP, &signature.timestamp)
            .header(SignatureHeaders::SIGNATURE, &signature.signature)
            .body(Full::from(body))
            .map_err(|error| Fault::Request(error.to_string()))
    }

    async fn connect(&self) -> Result<Box<dyn Stream>, Fault> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(Fault::Unreachable)?;
        stream.set_nodelay(true).map_err(Fault::Unreachable)?;
        let Some((tls, name)) = &self.tls else { return Ok(Box::new(stream)) };
        Ok(Box::new(tls.connect(name.clone(), stream).await.map_err(Fault::Encryption)?))
    }
}

impl fmt::Debug for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Product").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

async fn exchange(stream: Box<dyn Stream>, call: Call, request: Request<Full<Bytes>>) -> Result<Vec<u8>, Fault> {
    let mut client = http1::Builder::new();
    client.max_buf_size(LONGEST_HEAD);
    let (mut sender, connection) = client.handshake(TokioIo::new(stream)).await?;
    let answer = async {
        let response = sender.send_request(request).await?;
        read(call, response).await
    };
    match select(pin!(answer), pin!(connection)).await {
        Either::Left((answer, _)) => answer,
        // However the connection ended, the answer may have come whole before that.
        Either::Right((_, answer)) => answer.await,
    }
}

async fn read(call: Call, response: Response<Incoming>) -> Result<Vec<u8>, Fault> {
    let status = response.status();
    match call {
        Call::Holdings if status == StatusCode::OK => read_json(response).await,
        Call::HandOver if status == StatusCode::ACCEPTED => Err(Fault::StillWorking),
        Call::HandOver if status.is_success() => Ok(Vec::new()),
        Call::Holdings | Call::HandOver => Err(Fault::of_status(status)),
    }
}

async fn read_json(response: Response<Incoming>) -> Result<Vec<u8>, Fault> {
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    if !essence.trim().eq_ignore_ascii_case("application/json") {
        return Err(Fault::NotJson);
    }
    let too_long = || Fault::TooLong(LONGEST_BODY / 1024);
    let mut body = response.into_body();
    if body.size_hint().lower() > LONGEST_BODY as u64 {
        return Err(too_long());
    }
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame?;
        let Some(data) = frame.data_ref() else { continue };
        if bytes.len() + data.len() > LONGEST_BODY {
            return Err(too_long());
        }
        bytes.extend_from_slice(data);
    }
    Ok(bytes)
}

fn checked(text: &str) -> Result<Url, SettingsFault> {
    let url = Url::parse(text)?;
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => {}
        "http" if is_here => {}
        "http" => return Err(SettingsFault::InTheClear),
        _ => return Err(SettingsFault::Scheme),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(SettingsFault::Credentials);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(SettingsFault::BeyondPath);
    }
    Ok(url)
}

/// Checks certificates and their names against the public authorities, and against those in `ca_file` too.
fn connector(ca_file: Option<&Path>) -> Result<TlsConnector, SettingsFault> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = ca_file {
        let unreadable = |reason: String| SettingsFault::Authorities { path: path.to_owned(), reason };
        let certificates = CertificateDer::pem_file_iter(path).map_err(|error| unreadable(error.to_string()))?;
        let before = roots.len();
        for certificate in certificates {
            let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
            roots.add(certificate).map_err(|error| unreadable(error.to_string()))?;
        }
        if roots.len() == before {
            return Err(unreadable("there is no certificate in it".to_owned()));
        }
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}
