use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

/// A certificate authority of one server's own, and a certificate for `localhost` by it.
pub(super) struct Certificates {
    ca_pem: String,
    acceptor: TlsAcceptor,
}

impl Certificates {
    pub(super) fn new() -> Self {
        let mut ca = CertificateParams::default();
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        ca.distinguished_name.push(DnType::CommonName, "Library tests");
        let ca_key = KeyPair::generate().expect("a key can be made");
        let ca_pem = ca.self_signed(&ca_key).expect("the certificate is well-formed").pem();

        let key = KeyPair::generate().expect("a key can be made");
        let certificate = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])
            .and_then(|certificate| certificate.signed_by(&key, &Issuer::new(ca, ca_key)))
            .expect("the certificate is well-formed");
        // Named, because a program that is built with two providers has no default one.
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider knows them")
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
            )
            .expect("the key belongs to the certificate");
        Self { ca_pem, acceptor: TlsAcceptor::from(Arc::new(config)) }
    }

    pub(super) fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    pub(super) fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }
}
