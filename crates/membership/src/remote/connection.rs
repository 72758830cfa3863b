//! One request on one connection: no redirects, no proxies, no cookies, and an answer of bounded length.

use std::{path::Path, pin::pin, sync::Arc, time::Duration};

use futures_util::future::{Either, select};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Method, Request,
    body::Bytes,
    client::conn::http1,
    header::{ACCEPT, AUTHORIZATION, CONNECTION, HOST, HeaderName, HeaderValue, USER_AGENT},
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

use super::Answer;
use crate::failure::{Context, Failure, Outcome};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a request may take: longer than the server allows itself.
const WHOLE: Duration = Duration::from_mins(6);
/// The longest answer: a result of 100,000 rows is far smaller.
const MOST: usize = 512 << 20;

/// What both a plain and an encrypted connection are.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Connects to one server.
pub(super) struct Connector {
    host: String,
    port: u16,
    authority: HeaderValue,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl Connector {
    /// To the server at `url`.
    pub(super) fn to(url: &Url, ca: Option<&Path>) -> Outcome<Self> {
        let host = match url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            None => return Err(format!("{url} names no host").into()),
        };
        let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
        let authority = format!("{}{port}", url.host_str().unwrap_or_default());
        let tls = if url.scheme() == "https" {
            let name = ServerName::try_from(host.clone()).context("the server's address")?;
            Some((TlsConnector::from(Arc::new(trusting(ca)?)), name))
        } else {
            None
        };
        let authority = HeaderValue::try_from(authority).context("the server's address")?;
        Ok(Self { port: url.port_or_known_default().unwrap_or_default(), authority, host, tls })
    }

    /// Asks for `path` and reads the whole answer.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        key: &str,
        kind: Option<(HeaderName, &'static str)>,
        body: Vec<u8>,
    ) -> Outcome<Answer> {
        let mut bearer = HeaderValue::try_from(format!("Bearer {key}")).context("the API key")?;
        bearer.set_sensitive(true);
        let mut request = Request::builder().method(method).uri(path).header(HOST, &self.authority);
        if let Some((name, kind)) = kind {
            request = request.header(name, kind);
        }
        let request = request
            .header(AUTHORIZATION, bearer)
            .header(USER_AGENT, concat!("membership/", env!("CARGO_PKG_VERSION")))
            .header(ACCEPT, "*/*")
            .header(CONNECTION, "close")
            .body(Full::new(Bytes::from(body)))
            .context("the request")?;
        let stream =
            timeout(CONNECT, self.connect()).await.map_err(|_| Failure::from("no connection in 10 seconds"))?;
        timeout(WHOLE, exchange(stream?, request)).await.map_err(|_| Failure::from("no answer in 6 minutes"))?
    }

    async fn connect(&self) -> Outcome<Box<dyn Stream>> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await.context("connecting")?;
        stream.set_nodelay(true).context("connecting")?;
        let Some((tls, name)) = &self.tls else { return Ok(Box::new(stream)) };
        Ok(Box::new(tls.connect(name.clone(), stream).await.context("encrypting")?))
    }
}

async fn exchange(stream: Box<dyn Stream>, request: Request<Full<Bytes>>) -> Outcome<Answer> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.context("connecting")?;
    let answer = async {
        let response = sender.send_request(request).await.context("the answer")?;
        let status = response.status();
        let body = Limited::new(response.into_body(), MOST).collect().await;
        let body = body.map_err(|error| Failure::from(format!("the answer: {error}")))?;
        Ok(Answer { status, body: body.to_bytes() })
    };
    match select(pin!(answer), pin!(connection)).await {
        Either::Left((answer, _)) => answer,
        // However the connection ended, the answer may have come whole before that.
        Either::Right((_, answer)) => answer.await,
    }
}

/// Checks certificates and their names against the public authorities, and against those in `ca` too.
fn trusting(ca: Option<&Path>) -> Outcome<ClientConfig> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = ca {
        let reading = || format!("reading {}", path.display());
        let mut found = false;
        for certificate in CertificateDer::pem_file_iter(path).context(reading())? {
            roots.add(certificate.context(reading())?).context(reading())?;
            found = true;
        }
        if !found {
            return Err(format!("there is no certificate in {}", path.display()).into());
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().context("encryption")?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
