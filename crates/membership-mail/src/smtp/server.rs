//! The server to reach, and the way to a connection that may be used.

use std::{fmt, path::Path, sync::Arc, time::Duration};

use mail_send::{Credentials, Error, SmtpClient};
use membership_core::ports::Secret;
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use smtp_proto::{AUTH_CRAM_MD5, AUTH_LOGIN, AUTH_PLAIN, EXT_SMTP_UTF8, EXT_START_TLS, EhloResponse};
use tokio::{
    io::{AsyncRead, AsyncWrite, BufWriter},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::{
    connection::Connection,
    fault::{Fault, Step},
};
use crate::{Encryption, Sender, SettingsError, SmtpSettings};

/// What both a plain and an encrypted connection are.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync> Stream for T {}

/// The client of the SMTP crate over our stream. Buffered, because the crate writes a message in many small pieces.
pub(super) type Client = SmtpClient<BufWriter<Box<dyn Stream>>>;

/// Where the server is and how to be let in.
pub(super) struct Server {
    host: String,
    port: u16,
    name: ServerName<'static>,
    encryption: Encryption,
    tls: TlsConnector,
    credentials: Option<(String, Secret)>,
    helo: String,
    step: Duration,
}

impl Server {
    pub(super) fn new(settings: &SmtpSettings, sender: &Sender, step: Duration) -> Result<Self, SettingsError> {
        let host = settings.host.clone();
        let name = ServerName::try_from(host.clone()).map_err(|_| SettingsError::Host(host.clone()))?;
        Ok(Self {
            host,
            port: settings.port,
            name,
            encryption: settings.encryption,
            tls: connector(settings.ca_file.as_deref())?,
            credentials: settings.credentials()?,
            helo: settings.helo(sender.address().domain())?,
            step,
        })
    }

    /// A connection that is encrypted and signed in as the settings say, or nothing.
    pub(super) async fn connect(&self) -> Result<Connection, Fault> {
        let mut client = self.dial().await?;
        if self.encryption == Encryption::Tls {
            client = self.encrypt(client).await?;
        }
        let greeting = self.in_time(Step::Greeting, client.read()).await?;
        if !(200..300).contains(&greeting.code) {
            return Err(Step::Greeting.failed()(Error::UnexpectedReply(greeting)));
        }
        let mut offer = self.hello(&mut client).await?;
        if self.encryption == Encryption::StartTls {
            if !offer.has_capability(EXT_START_TLS) {
                return Err(Step::Encrypt.failed()(Error::MissingStartTls));
            }
            let go_ahead = client.cmd(b"STARTTLS\r\n").await.map_err(Step::Encrypt.failed())?;
            if go_ahead.code != 220 {
                return Err(Step::Encrypt.failed()(Error::UnexpectedReply(go_ahead)));
            }
            client = self.encrypt(client).await?;
            // What was offered in the clear was anybody's offer (RFC 3207, 4.2).
            offer = self.hello(&mut client).await?;
        }
        self.sign_in(&mut client, &mut offer).await?;
        Ok(Connection::new(client, offer.has_capability(EXT_SMTP_UTF8)))
    }

    async fn dial(&self) -> Result<Client, Fault> {
        let dialling = async {
            let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
            // Without this every message waits 40 ms for the server's delayed acknowledgement.
            stream.set_nodelay(true)?;
            Ok(stream)
        };
        let stream = self.in_time(Step::Connect, dialling).await?;
        Ok(SmtpClient { stream: BufWriter::new(Box::new(stream)), timeout: self.step })
    }

    /// Whatever the server said ahead of time is left behind with the plain stream.
    async fn encrypt(&self, client: Client) -> Result<Client, Fault> {
        let handshake = async {
            let stream = client.stream.into_inner();
            Ok(self.tls.connect(self.name.clone(), stream).await?)
        };
        let stream = self.in_time(Step::Encrypt, handshake).await?;
        Ok(SmtpClient { stream: BufWriter::new(Box::new(stream)), timeout: self.step })
    }

    async fn hello(&self, client: &mut Client) -> Result<EhloResponse<String>, Fault> {
        client.ehlo(&self.helo).await.map_err(Step::Hello.failed())
    }

    async fn sign_in(&self, client: &mut Client, offer: &mut EhloResponse<String>) -> Result<(), Fault> {
        let Some((user, password)) = &self.credentials else { return Ok(()) };
        // The ways that the SMTP crate can go to their end; it stumbles over the others when they are offered.
        offer.auth_mechanisms &= AUTH_PLAIN | AUTH_LOGIN | AUTH_CRAM_MD5;
        let credentials = Credentials::new(user.as_str(), password.expose());
        client.authenticate(&credentials, &*offer).await.map(|_| ()).map_err(Step::SignIn.failed())
    }

    async fn in_time<T>(&self, step: Step, work: impl Future<Output = Result<T, Error>>) -> Result<T, Fault> {
        timeout(self.step, work).await.unwrap_or(Err(Error::Timeout)).map_err(step.failed())
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

/// Checks certificates and their names against the public authorities, and against those in `ca_file` too.
fn connector(ca_file: Option<&Path>) -> Result<TlsConnector, SettingsError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = ca_file {
        let unreadable = |reason: String| SettingsError::Authorities { path: path.to_owned(), reason };
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
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
