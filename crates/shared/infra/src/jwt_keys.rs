use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use library_shared_domain::DependencyError;
use serde::{Serialize, de::DeserializeOwned};
use std::fmt;

/// The keys that JSON Web Tokens (RFC 7519) are signed and checked with, bound to one algorithm: a token that names any other is
/// refused (RFC 8725, section 3.1).
#[derive(Clone)]
pub struct JwtKeys {
    algorithm: Algorithm,
    signing: EncodingKey,
    checking: DecodingKey,
}

/// The keys cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidJwtKeys {
    /// The private key is no RSA key in PEM.
    #[error("the private key is not an RSA key in PEM")]
    PrivateKey,
    /// The public key is no RSA key in PEM.
    #[error("the public key is not an RSA key in PEM")]
    PublicKey,
    /// The two keys do not belong together.
    #[error("the private and the public key do not match each other")]
    Mismatch,
    /// The algorithm is not one for this sort of key.
    #[error("the algorithm does not fit the key")]
    Algorithm,
}

/// The token is malformed, of another algorithm, or its signature or claims are not what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token is not valid")]
pub struct InvalidJwt;

impl JwtKeys {
    /// One secret that signs and checks, for HS256, HS384 and HS512.
    ///
    /// # Errors
    /// Where the algorithm is none of these.
    pub fn from_secret(algorithm: Algorithm, secret: &[u8]) -> Result<Self, InvalidJwtKeys> {
        match algorithm {
            Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => {
                Ok(Self { algorithm, signing: EncodingKey::from_secret(secret), checking: DecodingKey::from_secret(secret) })
            }
            _ => Err(InvalidJwtKeys::Algorithm),
        }
    }

    /// A private key in PEM that signs and the public key that belongs to it, for RS256, RS384 and RS512.
    ///
    /// # Errors
    /// Where a key cannot be read, the two do not match, or the algorithm is none of these.
    pub fn from_rsa_pem(algorithm: Algorithm, private: &[u8], public: &[u8]) -> Result<Self, InvalidJwtKeys> {
        if !matches!(algorithm, Algorithm::RS256 | Algorithm::RS384 | Algorithm::RS512) {
            return Err(InvalidJwtKeys::Algorithm);
        }
        let signing = EncodingKey::from_rsa_pem(private).map_err(|_| InvalidJwtKeys::PrivateKey)?;
        let checking = DecodingKey::from_rsa_pem(public).map_err(|_| InvalidJwtKeys::PublicKey)?;
        let keys = Self { algorithm, signing, checking };
        let probe = serde_json::json!({ "probe": true });
        let token = keys.sign(&probe).map_err(|_| InvalidJwtKeys::PrivateKey)?;
        match keys.check::<serde_json::Value>(&token) {
            Ok(claims) if claims == probe => Ok(keys),
            _ => Err(InvalidJwtKeys::Mismatch),
        }
    }

    /// Signs claims.
    ///
    /// # Errors
    /// Where the claims cannot be written as JSON or the key cannot sign.
    pub fn sign<C: Serialize>(&self, claims: &C) -> Result<String, DependencyError> {
        jsonwebtoken::encode(&Header::new(self.algorithm), claims, &self.signing)
            .map_err(|error| DependencyError::failed("token signing", error))
    }

    /// Checks the algorithm and the signature and reads the claims. When a token expires is for the caller to judge, who has a
    /// clock.
    ///
    /// # Errors
    /// Where anything about the token is not as it should be.
    pub fn check<C: DeserializeOwned>(&self, token: &str) -> Result<C, InvalidJwt> {
        let mut validation = Validation::new(self.algorithm);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        jsonwebtoken::decode::<C>(token, &self.checking, &validation).map(|data| data.claims).map_err(|_| InvalidJwt)
    }
}

impl fmt::Debug for JwtKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "JwtKeys({:?}, [redacted])", self.algorithm)
    }
}

/// The signature algorithms that the service offers.
pub use jsonwebtoken::Algorithm as JwtAlgorithm;
