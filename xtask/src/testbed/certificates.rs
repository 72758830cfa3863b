//! A certificate authority for one run, and a certificate for `localhost` signed by it.

use std::fs;
use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};

use crate::failure::{Context, Outcome};

/// Writes `ca.pem`, `server.pem` and `server.key`. The authority's own key is forgotten: it signs nothing else.
pub(super) fn write(dir: &Path) -> Outcome {
    let [authority, server, key] = make().context("making certificates")?;
    for (name, pem) in [("ca.pem", authority), ("server.pem", server), ("server.key", key)] {
        fs::write(dir.join(name), pem).context(format!("writing {name}"))?;
    }
    Ok(())
}

fn make() -> Result<[String; 3], rcgen::Error> {
    let mut authority = CertificateParams::new([])?;
    // Without names of their own the two would pass for one certificate that signed itself.
    authority.distinguished_name.push(DnType::CommonName, "membership test authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_key = KeyPair::generate()?;
    let authority_certificate = authority.self_signed(&authority_key)?;

    let mut server = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    server.distinguished_name.push(DnType::CommonName, "localhost");
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    server.use_authority_key_identifier_extension = true;
    let server_key = KeyPair::generate()?;
    let server_certificate = server.signed_by(&server_key, &Issuer::new(authority, authority_key))?;
    Ok([authority_certificate.pem(), server_certificate.pem(), server_key.serialize_pem()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_written_and_new_each_time() {
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write(first.path()).unwrap();
        write(second.path()).unwrap();
        for name in ["ca.pem", "server.pem", "server.key"] {
            let [one, other] = [&first, &second].map(|dir| fs::read_to_string(dir.path().join(name)).unwrap());
            assert!(one.starts_with("-----BEGIN "), "{name}");
            assert_ne!(one, other, "{name}");
        }
    }
}
