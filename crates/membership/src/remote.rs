//! A server that is asked over HTTP, with an API key: by commands that work from anywhere.

mod answer;
mod connection;

pub(crate) use answer::Answer;

use std::path::{Path, PathBuf};

use hyper::{Method, header::CONTENT_TYPE};
use serde_json::Value;
use url::{Host, Url};
use zeroize::Zeroizing;

use crate::failure::{Context, Outcome};
use connection::Connector;

/// Where the API key stands. Never an argument: those can be read by everybody on the machine.
const KEY: &str = "MEMBERSHIP_API_KEY";

/// Which server is asked.
#[derive(clap::Args)]
pub(crate) struct Where {
    /// The tenant
    #[arg(long, value_name = "ID")]
    tenant: String,
    /// The server's address; by default `base_url` of the configuration
    #[arg(long, env = "MEMBERSHIP_SERVER", value_name = "URL")]
    server: Option<String>,
    /// Certificate authorities to trust beside the public ones
    #[arg(long, value_name = "PEM")]
    ca: Option<PathBuf>,
}

/// A tenant on a server.
pub(crate) struct Remote {
    base: Url,
    tenant: String,
    key: Zeroizing<String>,
    connector: Connector,
}

/// A body, with what it is.
pub(crate) struct Body {
    pub(crate) kind: &'static str,
    pub(crate) bytes: Vec<u8>,
}

impl Where {
    /// The server to ask: the one that is named, or the one at `fallback`.
    pub(crate) fn open(self, fallback: impl FnOnce() -> Outcome<String>) -> Outcome<Remote> {
        let Self { tenant, server, ca } = self;
        let key = std::env::var(KEY).ok().filter(|key| !key.is_empty());
        let key = key.ok_or(format!("{KEY} is not set; put an API key of the tenant there (mba_…)"))?;
        let address = match server {
            Some(server) => server,
            None => fallback()?,
        };
        let tenant = tenant.trim().to_owned();
        if tenant.is_empty() || !tenant.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            return Err("--tenant is no identifier; expected one such as 0197c0de-0000-7000-8000-000000000001".into());
        }
        let base = checked(&address)?;
        Ok(Remote { connector: Connector::to(&base, ca.as_deref())?, base, tenant, key: Zeroizing::new(key) })
    }
}

impl Remote {
    /// Asks for something of the tenant, and reads the answer; a refusal is a failure, in the server's own words.
    pub(crate) async fn get(&self, rest: &str) -> Outcome<Value> {
        self.send(Method::GET, rest, None).await?.json()
    }

    /// Has something done in the tenant.
    pub(crate) async fn post(&self, rest: &str, body: Option<Body>) -> Outcome<Value> {
        self.send(Method::POST, rest, body).await?.json()
    }

    /// Has something of the tenant deleted.
    pub(crate) async fn delete(&self, rest: &str) -> Outcome {
        self.send(Method::DELETE, rest, None).await?.taken().map(drop)
    }

    /// Writes a file of the tenant to `to`, or to standard output: whole, or not at all.
    pub(crate) async fn download(&self, rest: &str, to: Option<&Path>) -> Outcome {
        let answer = self.send(Method::GET, rest, None).await?.taken()?;
        match to {
            Some(path) => save(path, &answer).context(format!("writing {}", path.display())),
            None => std::io::Write::write_all(&mut std::io::stdout().lock(), &answer).context("writing"),
        }
    }

    async fn send(&self, method: Method, rest: &str, body: Option<Body>) -> Outcome<Answer> {
        let path = format!("{}/api/v1/tenants/{}{rest}", self.base.path().trim_end_matches('/'), self.tenant);
        let (kind, bytes) = body.map_or((None, Vec::new()), |body| (Some((CONTENT_TYPE, body.kind)), body.bytes));
        let asked = self.connector.ask(method, &path, &self.key, kind, bytes).await;
        asked.context(format!("asking {}", self.base))
    }
}

/// JSON as a body.
pub(crate) fn json(value: &Value) -> Body {
    Body { kind: "application/json", bytes: value.to_string().into_bytes() }
}

/// Puts `bytes` in the place of whatever is at `path`. A result holds links that let people in: it is for this user alone.
fn save(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    std::io::Write::write_all(&mut file, bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// The address of a server. A key goes over the network only encrypted.
fn checked(text: &str) -> Outcome<Url> {
    let url = Url::parse(text).context(format!("the server's address {text:?}"))?;
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_here => Ok(url),
        "http" => Err(format!("{text} is not encrypted, and the API key would be read on the way; use https").into()),
        _ => Err(format!("{text} is no address of a server; expected one such as https://members.example.org").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_nowhere_in_the_clear() {
        for good in ["https://members.example.org", "http://localhost:8080", "http://127.0.0.1:1", "http://[::1]/x"] {
            assert!(checked(good).is_ok(), "{good}");
        }
        for bad in ["http://members.example.org", "http://10.0.0.7", "ftp://localhost", "members.example.org", ""] {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }
}
