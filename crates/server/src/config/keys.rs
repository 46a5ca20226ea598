use super::{
    Variable,
    parse::Reader,
    variables::{
        JWT_ALGORITHM, JWT_PREVIOUS_PUBLIC_KEY_FILE, JWT_PREVIOUS_SECRET_KEY, JWT_PRIVATE_KEY_FILE, JWT_PUBLIC_KEY_FILE,
        JWT_SECRET_KEY,
    },
};
use library_shared_infra::{InvalidJwtKeys, JwtAlgorithm, JwtKeys};
use std::fs;

/// The fewest bytes of a secret key: as many as HS256's output has (RFC 7518, section 3.2).
const SECRET_KEY_BYTES: usize = 32;

impl Reader {
    /// What tokens are signed and checked with.
    pub(super) fn jwt_keys(&mut self) -> Option<JwtKeys> {
        match self.required(JWT_ALGORITHM, jwt_algorithm)? {
            algorithm @ (JwtAlgorithm::HS256 | JwtAlgorithm::HS384 | JwtAlgorithm::HS512) => self.secret_keys(algorithm),
            algorithm => self.rsa_keys(algorithm),
        }
    }

    fn secret_keys(&mut self, algorithm: JwtAlgorithm) -> Option<JwtKeys> {
        self.refuse_given(JWT_PREVIOUS_PUBLIC_KEY_FILE, "goes with RS256, RS384 and RS512");
        let secret = self.required(JWT_SECRET_KEY, secret_key);
        let previous = self.given(JWT_PREVIOUS_SECRET_KEY, secret_key);
        let keys = JwtKeys::from_secret(algorithm, secret?.as_bytes()).ok()?;
        match previous.map(|previous| keys.clone().with_previous_secret(previous.as_bytes())) {
            None => Some(keys),
            Some(Ok(keys)) => Some(keys),
            Some(Err(error)) => self.refuse(JWT_PREVIOUS_SECRET_KEY, &error.to_string()),
        }
    }

    fn rsa_keys(&mut self, algorithm: JwtAlgorithm) -> Option<JwtKeys> {
        self.refuse_given(JWT_PREVIOUS_SECRET_KEY, "goes with HS256, HS384 and HS512");
        let private = self.required(JWT_PRIVATE_KEY_FILE, |path| fs::read(path).ok());
        let public = self.required(JWT_PUBLIC_KEY_FILE, |path| fs::read(path).ok());
        let previous = self.given(JWT_PREVIOUS_PUBLIC_KEY_FILE, |path| fs::read(path).ok());
        let keys = match JwtKeys::from_rsa_pem(algorithm, &private?, &public?) {
            Ok(keys) => keys,
            Err(error @ (InvalidJwtKeys::PrivateKey | InvalidJwtKeys::Algorithm)) => {
                return self.refuse(JWT_PRIVATE_KEY_FILE, &error.to_string());
            }
            Err(error @ (InvalidJwtKeys::PublicKey | InvalidJwtKeys::Mismatch | InvalidJwtKeys::NotAnother)) => {
                return self.refuse(JWT_PUBLIC_KEY_FILE, &error.to_string());
            }
        };
        match previous.map(|previous| keys.clone().with_previous_rsa_pem(&previous)) {
            None => Some(keys),
            Some(Ok(keys)) => Some(keys),
            Some(Err(error)) => self.refuse(JWT_PREVIOUS_PUBLIC_KEY_FILE, &error.to_string()),
        }
    }

    /// A key of the other sort is one that no token could be checked with.
    fn refuse_given(&mut self, variable: Variable, message: &str) {
        if self.text(variable).is_some() {
            self.refuse::<()>(variable, message);
        }
    }
}

fn secret_key(text: &str) -> Option<String> {
    (text.len() >= SECRET_KEY_BYTES).then(|| text.to_owned())
}

fn jwt_algorithm(text: &str) -> Option<JwtAlgorithm> {
    match text {
        "HS256" => Some(JwtAlgorithm::HS256),
        "HS384" => Some(JwtAlgorithm::HS384),
        "HS512" => Some(JwtAlgorithm::HS512),
        "RS256" => Some(JwtAlgorithm::RS256),
        "RS384" => Some(JwtAlgorithm::RS384),
        "RS512" => Some(JwtAlgorithm::RS512),
        _ => None,
    }
}
