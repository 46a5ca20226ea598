use library_auth_domain::{PublicKey, TokenIssuer};
use std::sync::Arc;

/// Tells with which keys others can check access tokens.
pub struct ListPublicKeys {
    issuer: Arc<dyn TokenIssuer>,
}

impl ListPublicKeys {
    /// The use case on this port.
    pub fn new(issuer: Arc<dyn TokenIssuer>) -> Self {
        Self { issuer }
    }

    /// The keys, that of new tokens first; none where tokens are signed with a secret.
    #[must_use]
    pub fn execute(&self) -> Vec<PublicKey> {
        self.issuer.public_keys()
    }
}
