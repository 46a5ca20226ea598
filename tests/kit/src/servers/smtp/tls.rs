use std::sync::Arc;

use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs},
};

use super::super::certificates::CertificateAuthority;

/// A certificate authority of one server's own, and a certificate for `localhost` by it.
pub(super) struct Certificates {
    authority: CertificateAuthority,
    acceptor: TlsAcceptor,
}

impl Certificates {
    pub(super) fn new() -> Self {
        let authority = CertificateAuthority::new();
        let certificate = authority.certify(&["localhost", "127.0.0.1"]);
        // Named, because a program that is built with two providers has no default one.
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider knows them")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der()], certificate.key_der())
            .expect("the key belongs to the certificate");
        Self { authority, acceptor: TlsAcceptor::from(Arc::new(config)) }
    }

    pub(super) fn ca_pem(&self) -> &str {
        self.authority.pem()
    }

    pub(super) fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }
}
