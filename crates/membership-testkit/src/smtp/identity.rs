//! A certificate, and the authority that vouches for it.

use std::{error::Error, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

/// Who a server says it is when it speaks TLS. Every identity has an authority of its own, which nobody trusts unless
/// told to.
#[derive(Clone)]
pub struct Identity {
    pub(super) acceptor: TlsAcceptor,
    authority: String,
}

impl Identity {
    /// A server of these names (`localhost`, `127.0.0.1`, ...).
    pub fn named(names: &[&str]) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let mut authority = CertificateParams::new([])?;
        // Without a name of its own it would pass for the server's certificate, signed by itself.
        authority.distinguished_name.push(DnType::CommonName, "authority of one test");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let authority_key = KeyPair::generate()?;
        let authority_pem = authority.self_signed(&authority_key)?.pem();

        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let key = KeyPair::generate()?;
        let issuer = Issuer::new(authority, authority_key);
        let certificate = CertificateParams::new(names)?.signed_by(&key, &issuer)?;
        let private_key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private_key)?;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), authority: authority_pem })
    }

    /// The authority's certificate in PEM, for whoever is to trust this identity.
    pub fn authority_pem(&self) -> &str {
        &self.authority
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}
