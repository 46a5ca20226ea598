use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation,
    jwk::{AlgorithmParameters, Jwk, RSAKeyParameters, ThumbprintHash},
};
use library_shared_domain::DependencyError;
use serde::{Serialize, de::DeserializeOwned};
use std::fmt;

/// What is signed to get the id of a secret. It has no dot, so that it is no token's: what is signed of a token has one (RFC 7515,
/// section 5.1).
const SECRET_ID_MESSAGE: &[u8] = b"the id of this key";

/// How many characters of the signature are the id of a secret: 66 bits, enough to tell keys apart.
const SECRET_ID_LENGTH: usize = 11;

/// The keys that JSON Web Tokens (RFC 7519) are signed and checked with, bound to one algorithm: a token that names any other is
/// refused (RFC 8725, section 3.1).
///
/// A token names its key by `kid` (RFC 7515, section 4.1.4). One that names none, as they did before there were several keys, is checked
/// with each.
#[derive(Clone)]
pub struct JwtKeys {
    algorithm: Algorithm,
    signing: EncodingKey,
    current: CheckingKey,
    previous: Option<CheckingKey>,
}

/// A key that tokens are checked with.
#[derive(Clone)]
struct CheckingKey {
    id: String,
    key: DecodingKey,
}

/// A public key of RSA (RFC 7518, section 6.3.1) that anybody may check tokens with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RsaPublicKey {
    /// Its id, which tokens name as their `kid`: the thumbprint of the key (RFC 7638).
    pub id: String,
    /// The algorithm that it is for, such as `RS256`.
    pub algorithm: String,
    /// The modulus, in url-safe base64.
    pub modulus: String,
    /// The exponent, in url-safe base64.
    pub exponent: String,
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
    /// The previous key is the current one.
    #[error("it is the current key, and not another one")]
    NotAnother,
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
            Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => Ok(Self {
                algorithm,
                signing: EncodingKey::from_secret(secret),
                current: CheckingKey::from_secret(secret)?,
                previous: None,
            }),
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
        let keys = Self { algorithm, signing, current: CheckingKey::from_rsa_pem(public)?, previous: None };
        let probe = serde_json::json!({ "probe": true });
        let token = keys.sign(&probe).map_err(|_| InvalidJwtKeys::PrivateKey)?;
        match keys.check::<serde_json::Value>(&token) {
            Ok(claims) if claims == probe => Ok(keys),
            _ => Err(InvalidJwtKeys::Mismatch),
        }
    }

    /// The same keys, and this secret, with which nothing is signed, and whose tokens are good still, or already.
    ///
    /// # Errors
    /// Where the algorithm is not one for secrets, or this is the current one.
    pub fn with_previous_secret(self, secret: &[u8]) -> Result<Self, InvalidJwtKeys> {
        if self.takes_rsa() {
            return Err(InvalidJwtKeys::Algorithm);
        }
        self.with_previous(CheckingKey::from_secret(secret)?)
    }

    /// The same keys, and this public key in PEM, whose tokens are good still, or already.
    ///
    /// # Errors
    /// Where the algorithm is not one for RSA, the key cannot be read, or it is the current one.
    pub fn with_previous_rsa_pem(self, public: &[u8]) -> Result<Self, InvalidJwtKeys> {
        if !self.takes_rsa() {
            return Err(InvalidJwtKeys::Algorithm);
        }
        self.with_previous(CheckingKey::from_rsa_pem(public)?)
    }

    fn with_previous(self, previous: CheckingKey) -> Result<Self, InvalidJwtKeys> {
        if previous.id == self.current.id {
            return Err(InvalidJwtKeys::NotAnother);
        }
        Ok(Self { previous: Some(previous), ..self })
    }

    const fn takes_rsa(&self) -> bool {
        matches!(self.algorithm, Algorithm::RS256 | Algorithm::RS384 | Algorithm::RS512)
    }

    /// The keys that anybody may check tokens with, the current one first; none where they are secrets.
    #[must_use]
    pub fn public_keys(&self) -> Vec<RsaPublicKey> {
        self.checking().filter_map(|key| key.to_public(self.algorithm)).collect()
    }

    /// Every key that tokens are checked with, the current one first.
    fn checking(&self) -> impl Iterator<Item = &CheckingKey> {
        std::iter::once(&self.current).chain(&self.previous)
    }

    /// Signs claims with the current key, as a token of the type `JWT`.
    ///
    /// # Errors
    /// Where the claims cannot be written as JSON or the key cannot sign.
    pub fn sign<C: Serialize>(&self, claims: &C) -> Result<String, DependencyError> {
        self.sign_as("JWT", claims)
    }

    /// Signs claims with the current key, as a token of this type (RFC 8725, section 3.11).
    ///
    /// # Errors
    /// Where the claims cannot be written as JSON or the key cannot sign.
    pub fn sign_as<C: Serialize>(&self, token_type: &str, claims: &C) -> Result<String, DependencyError> {
        let (typ, kid) = (Some(token_type.to_owned()), Some(self.current.id.clone()));
        let header = Header { typ, kid, ..Header::new(self.algorithm) };
        jsonwebtoken::encode(&header, claims, &self.signing).map_err(|error| DependencyError::failed("token signing", error))
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
        let id = jsonwebtoken::decode_header(token).map_err(|_| InvalidJwt)?.kid;
        self.checking()
            .filter(|key| id.as_ref().is_none_or(|id| *id == key.id))
            .find_map(|key| jsonwebtoken::decode::<C>(token, &key.key, &validation).ok())
            .map(|data| data.claims)
            .ok_or(InvalidJwt)
    }
}

impl CheckingKey {
    /// The id of a secret is the beginning of an HMAC that is made with it. Whoever sees the id sees a token, with whose signature guesses
    /// at the secret can be checked just as well; the id helps nobody further.
    fn from_secret(secret: &[u8]) -> Result<Self, InvalidJwtKeys> {
        let signature = jsonwebtoken::crypto::sign(SECRET_ID_MESSAGE, &EncodingKey::from_secret(secret), Algorithm::HS256);
        let mut id = signature.map_err(|_| InvalidJwtKeys::Algorithm)?;
        id.truncate(SECRET_ID_LENGTH);
        Ok(Self { id, key: DecodingKey::from_secret(secret) })
    }

    fn from_rsa_pem(public: &[u8]) -> Result<Self, InvalidJwtKeys> {
        let key = DecodingKey::from_rsa_pem(public).map_err(|_| InvalidJwtKeys::PublicKey)?;
        let thumbprint = Jwk::from_decoding_key(&key, None).and_then(|jwk| jwk.thumbprint(ThumbprintHash::SHA256));
        Ok(Self { id: thumbprint.map_err(|_| InvalidJwtKeys::PublicKey)?, key })
    }

    fn to_public(&self, algorithm: Algorithm) -> Option<RsaPublicKey> {
        match Jwk::from_decoding_key(&self.key, None).ok()?.algorithm {
            AlgorithmParameters::RSA(RSAKeyParameters { n, e, .. }) => {
                Some(RsaPublicKey { id: self.id.clone(), algorithm: format!("{algorithm:?}"), modulus: n, exponent: e })
            }
            _ => None,
        }
    }
}

impl fmt::Debug for JwtKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "JwtKeys({:?}, [redacted])", self.algorithm)
    }
}

/// The signature algorithms that the service offers.
pub use jsonwebtoken::Algorithm as JwtAlgorithm;
