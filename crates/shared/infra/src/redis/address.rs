use deadpool_redis::redis::{Client, RedisError, TlsCertificates};

/// Where Redis is, and whose certificates it may have.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisAddress {
    url: String,
    authorities: Option<Vec<u8>>,
}

impl RedisAddress {
    /// With these authorities (PEM), which are trusted in place of the machine's.
    #[must_use]
    pub fn trusting(self, authorities: Vec<u8>) -> Self {
        Self { authorities: Some(authorities), ..self }
    }

    /// Whether connections can be opened with it: not where authorities are named and the URL asks for no TLS, nor where it asks for TLS
    /// with anybody (`#insecure`).
    #[must_use]
    pub fn is_valid(&self) -> bool {
        !self.url.contains('#') && self.client().is_ok()
    }

    pub(super) fn client(&self) -> Result<Client, RedisError> {
        match &self.authorities {
            None => Client::open(self.url.as_str()),
            Some(pem) => {
                let certificates = TlsCertificates { client_tls: None, root_cert: Some(pem.clone()) };
                Client::build_with_tls(self.url.as_str(), certificates)
            }
        }
    }
}

impl From<&str> for RedisAddress {
    fn from(url: &str) -> Self {
        Self { url: url.to_owned(), authorities: None }
    }
}

impl From<&String> for RedisAddress {
    fn from(url: &String) -> Self {
        url.as_str().into()
    }
}

impl From<&Self> for RedisAddress {
    fn from(address: &Self) -> Self {
        address.clone()
    }
}
