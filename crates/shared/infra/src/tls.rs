use rustls::{
    RootCertStore,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, pem::PemObject},
};
use std::{fs, path::Path, sync::Arc};

/// No server's certificate could be judged by these authorities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must name a file with the certificates of authorities, in PEM")]
pub struct InvalidAuthorities;

/// What every connection of ours is encrypted with, named wherever TLS is spoken: a library that brought another provider would leave
/// it open which is meant.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// The certificate authorities that are trusted: those of the file, which then are the only ones, or the machine's.
pub fn authorities(file: Option<&Path>) -> Result<RootCertStore, InvalidAuthorities> {
    let mut store = RootCertStore::empty();
    match file {
        Some(file) => {
            let certificates = CertificateDer::pem_file_iter(file).map_err(|_| InvalidAuthorities)?;
            for certificate in certificates {
                store.add(certificate.map_err(|_| InvalidAuthorities)?).map_err(|_| InvalidAuthorities)?;
            }
        }
        // A machine may have some that cannot be read; what they signed is refused, as it is where they are missing.
        None => drop(store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs)),
    }
    if file.is_some() && store.is_empty() { Err(InvalidAuthorities) } else { Ok(store) }
}

/// The certificates of the authorities in this file, in PEM, for libraries that read them themselves.
///
/// # Errors
/// Where they cannot be used.
pub fn read_authorities(file: &Path) -> Result<Vec<u8>, InvalidAuthorities> {
    authorities(Some(file))?;
    fs::read(file).map_err(|_| InvalidAuthorities)
}
