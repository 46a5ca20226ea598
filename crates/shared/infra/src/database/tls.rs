use crate::tls::{InvalidAuthorities, authorities, provider};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use std::{path::PathBuf, str::FromStr, sync::Arc};
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

/// What PostgreSQL calls its protocol (ALPN), which servers ask for where TLS comes before anything else.
const PROTOCOL: &[u8] = b"postgresql";

/// How far the connection to PostgreSQL is encrypted, and how the server has to prove who it is: `sslmode`, in the words of libpq.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// Never encrypted.
    Disable,
    /// Encrypted where the server can. Who is in between could say that it cannot, so nothing is gained by judging its certificate.
    Prefer,
    /// Encrypted, and the certificate is of a trusted authority, whatever name it is for.
    VerifyAuthority,
    /// Encrypted, and the certificate is of a trusted authority and for the host's name.
    VerifyName,
}

impl FromStr for TlsMode {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "disable" => Ok(Self::Disable),
            "prefer" => Ok(Self::Prefer),
            "verify-ca" => Ok(Self::VerifyAuthority),
            // To libpq, `require` judges no certificate unless it finds a file of authorities: encrypted, but with whom?
            "require" | "verify-full" => Ok(Self::VerifyName),
            _ => Err(()),
        }
    }
}

/// How connections to one PostgreSQL are encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    pub mode: TlsMode,
    /// The authorities that are trusted in place of the machine's.
    pub authorities: Option<PathBuf>,
}

impl Tls {
    /// What the driver is told.
    pub fn ssl_mode(&self) -> SslMode {
        match self.mode {
            TlsMode::Disable => SslMode::Disable,
            TlsMode::Prefer => SslMode::Prefer,
            TlsMode::VerifyAuthority | TlsMode::VerifyName => SslMode::Require,
        }
    }

    /// What encrypts.
    ///
    /// # Errors
    /// Where the file of authorities cannot be used.
    pub fn connector(&self) -> Result<MakeRustlsConnect, InvalidAuthorities> {
        let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
        let builder = builder.map_err(|_| InvalidAuthorities)?;
        let mut config = match self.mode {
            TlsMode::Disable | TlsMode::Prefer => {
                let anybody = Anybody(provider().signature_verification_algorithms);
                builder.dangerous().with_custom_certificate_verifier(Arc::new(anybody)).with_no_client_auth()
            }
            TlsMode::VerifyAuthority => {
                let any_name = AnyName(verifier(authorities(self.authorities.as_deref())?)?);
                builder.dangerous().with_custom_certificate_verifier(Arc::new(any_name)).with_no_client_auth()
            }
            TlsMode::VerifyName => {
                let verifier = verifier(authorities(self.authorities.as_deref())?)?;
                builder.with_webpki_verifier(verifier).with_no_client_auth()
            }
        };
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        Ok(MakeRustlsConnect::new(config))
    }
}

fn verifier(authorities: RootCertStore) -> Result<Arc<WebPkiServerVerifier>, InvalidAuthorities> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(authorities), provider()).build().map_err(|_| InvalidAuthorities)
}

/// Takes every certificate, as long as its owner has its key.
#[derive(Debug)]
struct Anybody(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

/// Takes a certificate of a trusted authority, whatever name it is for.
#[derive(Debug)]
struct AnyName(Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        // The name is judged last: whose certificate is refused for its name alone has passed everything else.
        match self.0.verify_server_cert(certificate, intermediates, name, ocsp_response, now) {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            outcome => outcome,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
