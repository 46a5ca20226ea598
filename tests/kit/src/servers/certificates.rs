//! Certificates for the tests' servers, each by an authority that nobody else trusts.

use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::process::random;

/// A certificate authority of one test's own.
pub struct CertificateAuthority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A server's certificate, and its key.
pub struct ServerCertificate {
    certificate: Certificate,
    key: KeyPair,
}

impl CertificateAuthority {
    /// A new authority.
    ///
    /// # Panics
    /// When none can be made.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "each is another one")]
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        // Its own: a certificate by another authority of the same name would be one with a bad signature.
        params.distinguished_name.push(DnType::CommonName, format!("Library tests {:016x}", random()));
        let key = KeyPair::generate().expect("a key can be made");
        let pem = params.self_signed(&key).expect("the certificate is well-formed").pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// What is to be trusted, in PEM.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A certificate for a server of these names.
    #[must_use]
    pub fn certify(&self, names: &[&str]) -> ServerCertificate {
        self.issue(&Self::params(names))
    }

    /// One that was good once, and is not any longer.
    #[must_use]
    pub fn certify_in_the_past(&self, names: &[&str]) -> ServerCertificate {
        let mut params = Self::params(names);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
        self.issue(&params)
    }

    fn params(names: &[&str]) -> CertificateParams {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        CertificateParams::new(names).expect("these are names")
    }

    fn issue(&self, params: &CertificateParams) -> ServerCertificate {
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = params.signed_by(&key, &self.issuer).expect("the certificate is well-formed");
        ServerCertificate { certificate, key }
    }
}

impl ServerCertificate {
    /// The certificate, in PEM.
    #[must_use]
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// Its key, in PEM.
    #[must_use]
    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    pub(super) fn der(&self) -> CertificateDer<'static> {
        self.certificate.der().clone()
    }

    pub(super) fn key_der(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()))
    }
}
