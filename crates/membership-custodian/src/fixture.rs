//! A product on a real socket that answers as a test says, well or badly.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use membership_core::{
    id::{AccountId, MemberId, TenantId, TransferId},
    ports::{HandOver, Holder},
};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::{ServerConfig, crypto::ring};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Barrier,
    time::sleep,
};
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

use crate::{Clock, CustodianSettings, HttpCustodian, product::Pace};

/// 24 bytes, as Standard Webhooks gives them in its example.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(crate) const NOW: i64 = 1_795_356_300;

/// A request as it came over the wire.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// `POST /holdings HTTP/1.1`.
    pub(crate) line: String,
    /// By name in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

/// What a product does with a request.
#[derive(Clone)]
pub(crate) enum Conduct {
    /// Says this and hangs up.
    Say(Vec<u8>),
    /// Says this and then nothing more, with the connection open.
    SayAndHold(Vec<u8>),
    /// Says this, and then spaces until nobody takes them any more.
    Flood(Vec<u8>),
    /// Says this, a byte at a time, with this wait before each.
    Drip(Vec<u8>, Duration),
    /// Says this once as many requests are there at the same time as the barrier wants.
    Together(Arc<Barrier>, Vec<u8>),
}

/// The product.
pub(crate) struct Stand {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    flooded: Arc<Mutex<Option<usize>>>,
}

/// What makes a stand one with TLS, and who vouches for it.
pub(crate) struct Identity {
    acceptor: TlsAcceptor,
    pub(crate) authority_pem: String,
}

impl Stand {
    pub(crate) async fn open(conduct: Conduct) -> Self {
        Self::listen(conduct, None).await
    }

    async fn listen(conduct: Conduct, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stand = Self { address: listener.local_addr().unwrap(), received: Arc::default(), flooded: Arc::default() };
        let (received, flooded) = (Arc::clone(&stand.received), Arc::clone(&stand.flooded));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(meet(stream, tls.clone(), conduct.clone(), Arc::clone(&received), Arc::clone(&flooded)));
            }
        });
        stand
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many bytes of a flood were taken before nobody took them any more.
    pub(crate) async fn flooded(&self) -> usize {
        for _ in 0..500 {
            let flooded = *self.flooded.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(bytes) = flooded {
                return bytes;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("the flood is still being taken");
    }
}

impl Identity {
    pub(crate) fn named(name: &str) -> Self {
        let mut authority = CertificateParams::new([]).unwrap();
        authority.distinguished_name.push(DnType::CommonName, "authority of one test");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let authority_key = KeyPair::generate().unwrap();
        let authority_pem = authority.self_signed(&authority_key).unwrap().pem();
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::new(authority, authority_key);
        let certificate = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        let private_key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private_key)
            .unwrap();
        Self { acceptor: TlsAcceptor::from(Arc::new(config)), authority_pem }
    }

    /// The product with this identity.
    pub(crate) async fn open(&self, conduct: Conduct) -> Stand {
        Stand::listen(conduct, Some(self.acceptor.clone())).await
    }
}

async fn meet(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    conduct: Conduct,
    received: Arc<Mutex<Vec<Received>>>,
    flooded: Arc<Mutex<Option<usize>>>,
) {
    match tls {
        None => serve(stream, conduct, &received, &flooded).await,
        Some(tls) => {
            // A client that does not trust us ends here.
            if let Ok(stream) = tls.accept(stream).await {
                serve(stream, conduct, &received, &flooded).await;
            }
        }
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    conduct: Conduct,
    received: &Mutex<Vec<Received>>,
    flooded: &Mutex<Option<usize>>,
) {
    let Some(request) = read(&mut stream).await else { return };
    received.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    // Whoever was called may hang up at any moment: a test sees by the answer whether it should have.
    match conduct {
        Conduct::Say(words) => drop(stream.write_all(&words).await),
        Conduct::SayAndHold(words) => {
            drop(stream.write_all(&words).await);
            sleep(Duration::from_mins(5)).await;
        }
        Conduct::Flood(words) => {
            let mut taken = 0;
            let mut next = words;
            while stream.write_all(&next).await.is_ok() {
                taken += next.len();
                next = vec![b' '; 64 * 1024];
            }
            *flooded.lock().unwrap_or_else(PoisonError::into_inner) = Some(taken);
        }
        Conduct::Drip(words, wait) => {
            for byte in words {
                sleep(wait).await;
                if stream.write_all(&[byte]).await.is_err() || stream.flush().await.is_err() {
                    return;
                }
            }
        }
        Conduct::Together(barrier, words) => {
            barrier.wait().await;
            drop(stream.write_all(&words).await);
        }
    }
    drop(stream.shutdown().await);
}

async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> Option<Received> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let line = lines.next().unwrap().to_owned();
    let pairs = lines.map(|line| line.split_once(": ").unwrap());
    let headers: BTreeMap<_, _> = pairs.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let length: usize = headers["content-length"].parse().unwrap();
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        assert_ne!(stream.read_buf(&mut body).await.unwrap(), 0, "the body ends too soon");
    }
    Some(Received { line, headers, body })
}

/// An answer of this status line, these header lines and this body.
pub(crate) fn answer(status: &str, headers: &[&str], body: &str) -> Vec<u8> {
    let (first, length) = (format!("HTTP/1.1 {status}"), format!("content-length: {}", body.len()));
    let head = [&[first.as_str()], headers, &[length.as_str()]].concat();
    format!("{}\r\n\r\n{body}", head.join("\r\n")).into_bytes()
}

/// An answer as agreed.
pub(crate) fn json(body: &str) -> Vec<u8> {
    answer("200 OK", &["content-type: application/json; charset=utf-8"], body)
}

pub(crate) fn clock() -> Clock {
    Arc::new(|| DateTime::<Utc>::from_timestamp(NOW, 0).unwrap())
}

pub(crate) fn settings(url: &str) -> CustodianSettings {
    CustodianSettings {
        url: url.to_owned(),
        secret: Some(SECRET.parse().unwrap()),
        secret_file: None,
        timeout_seconds: 10,
        ca_file: None,
    }
}

pub(crate) const PACE: Pace = Pace { connect: Duration::from_secs(2), whole: Duration::from_secs(4) };
/// For products that never answer.
pub(crate) const IMPATIENT: Pace = Pace { connect: Duration::from_secs(2), whole: Duration::from_millis(300) };

/// The custodian `video`, who is this product.
pub(crate) fn custodian(stand: &Stand, pace: Pace) -> HttpCustodian {
    HttpCustodian::paced("video", &settings(&stand.url()), clock(), pace).unwrap()
}

pub(crate) fn holder(number: u128) -> Holder {
    Holder {
        tenant: TenantId::from_uuid(Uuid::from_u128(1)),
        member: MemberId::from_uuid(Uuid::from_u128(number)),
        account: AccountId::from_uuid(Uuid::from_u128(number + 100)),
    }
}

pub(crate) fn order(kind: &str) -> HandOver {
    HandOver {
        transfer: TransferId::from_uuid(Uuid::from_u128(9)),
        kind: kind.to_owned(),
        from: holder(2),
        to: holder(3),
    }
}
