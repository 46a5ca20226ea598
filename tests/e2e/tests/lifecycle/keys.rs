//! Keys are changed, and who holds a token of the one before notices nothing.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::JwkSet;
use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    KEY, Problem, Server, ServerBuilder,
};
use rcgen::{KeyPair, PKCS_RSA_SHA256};
use rstest::rstest;
use serde_json::{Value, json};
use std::{fs, path::Path};
use tempfile::TempDir;

const NEW_KEY: &str = "another key of the tests, which is no secret either";

/// A server that signs with the first of two keys, and how it is told of them.
struct Changing {
    server: Server,
    /// To sign with the second key, and to accept the first one still.
    change: Box<dyn Fn(ServerBuilder) -> ServerBuilder>,
    /// To accept the first one no longer.
    forget: Box<dyn Fn(ServerBuilder) -> ServerBuilder>,
    _keys: TempDir,
}

async fn with_secrets(backend: Backend) -> Changing {
    Changing {
        server: Server::start(backend).await,
        change: Box::new(|builder| builder.with("JWT_SECRET_KEY", NEW_KEY).with("JWT_PREVIOUS_SECRET_KEY", KEY)),
        forget: Box::new(|builder| builder.without("JWT_PREVIOUS_SECRET_KEY")),
        _keys: TempDir::new().expect("a folder"),
    }
}

async fn with_pairs(backend: Backend) -> Changing {
    let keys = TempDir::new().expect("a folder");
    let (old, new) = (Pair::in_folder(keys.path(), "old"), Pair::in_folder(keys.path(), "new"));
    let builder = Server::builder(backend).await.without("JWT_SECRET_KEY").with("JWT_ALGORITHM", "RS256");
    let server = old.signing(builder).start().await;
    let change = move |builder: ServerBuilder| new.signing(builder).with("JWT_PREVIOUS_PUBLIC_KEY_FILE", &old.public);
    let forget = |builder: ServerBuilder| builder.without("JWT_PREVIOUS_PUBLIC_KEY_FILE");
    Changing { server, change: Box::new(change), forget: Box::new(forget), _keys: keys }
}

/// The files of a pair of keys.
struct Pair {
    private: String,
    public: String,
}

impl Pair {
    fn in_folder(folder: &Path, name: &str) -> Self {
        let pair = KeyPair::generate_for(&PKCS_RSA_SHA256).expect("a key pair");
        let file = |sort: &str, text: String| {
            let path = folder.join(format!("{name}.{sort}.pem"));
            fs::write(&path, text).expect("written");
            path.to_string_lossy().into_owned()
        };
        Self { private: file("private", pair.serialize_pem()), public: file("public", pair.public_key_pem()) }
    }

    fn signing(&self, builder: ServerBuilder) -> ServerBuilder {
        builder.with("JWT_PRIVATE_KEY_FILE", &self.private).with("JWT_PUBLIC_KEY_FILE", &self.public)
    }
}

#[rstest]
#[case::secrets(false)]
#[case::pairs(true)]
#[tokio::test]
async fn keys_are_changed_and_what_was_signed_before_is_good_until_the_old_one_is_forgotten(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[case] are_pairs: bool,
) {
    let Changing { mut server, change, forget, _keys } =
        if are_pairs { with_pairs(backend).await } else { with_secrets(backend).await };
    let (member, unverified) = (server.given_verified_member().await, server.given_member().await);
    let (old, mailed) = (server.given_login(&member).await, server.mailed_token(&unverified).await);

    server.restart_with(change).await;
    assert_eq!(server.with_token(&old.access).get("/members/me").await.status, 200);
    server.post("/members/verify", json!({"token": mailed})).await.assert_is(200, &unverified.body(true));
    let new = server.given_login(&member).await;
    assert_eq!(server.with_token(&new.access).get("/members/me").await.status, 200);
    assert_ne!(kid_of(&old.access), kid_of(&new.access));
    assert_eq!(kid_of(&old.access), kid_of(&mailed));

    server.restart_with(forget).await;
    assert_eq!(server.with_token(&new.access).get("/members/me").await.status, 200);
    server.with_token(&old.access).get("/members/me").await.assert_problem(&Problem::bad_access_token());
    assert_eq!(server.post("/members/verify", json!({"token": mailed})).await.status, 401);
    // A refresh token is signed with no key.
    assert_eq!(server.post("/auth/refresh", json!({"refresh_token": old.refresh})).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn the_public_keys_are_published_and_tokens_can_be_checked_with_them(#[values(Sqlite, Postgres)] backend: Backend) {
    let Changing { mut server, change, forget, _keys } = with_pairs(backend).await;
    let member = server.given_member().await;
    let old = server.given_login(&member).await.access;
    assert_eq!(published(&server).await, [kid_of(&old)]);
    server.restart_with(change).await;
    let new = server.given_login(&member).await.access;
    assert_eq!(published(&server).await, [kid_of(&new), kid_of(&old)]);

    let answer = server.get("/.well-known/jwks.json").await;
    assert_eq!(answer.header("Cache-Control"), Some("public, max-age=300"));
    for key in answer.json()["keys"].as_array().expect("keys") {
        let mut names: Vec<_> = key.as_object().expect("a key").keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["alg", "e", "kid", "kty", "n", "use"]);
        assert_eq!((&key["kty"], &key["use"], &key["alg"]), (&json!("RSA"), &json!("sig"), &json!("RS256")));
    }
    let keys: JwkSet = serde_json::from_value(answer.json()).expect("a key set");
    for token in [&old, &new] {
        let key = keys.find(&kid_of(token)).expect("the token's key");
        let key = jsonwebtoken::DecodingKey::from_jwk(key).expect("a public key");
        let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
        validation.set_required_spec_claims(&["exp"]);
        let claims = jsonwebtoken::decode::<Value>(token, &key, &validation).expect("a good token").claims;
        assert_eq!((&claims["sub"], &claims["purpose"]), (&json!(member.id), &json!("access")));
    }
    server.restart_with(forget).await;
    assert_eq!(published(&server).await, [kid_of(&new)]);
}

#[rstest]
#[tokio::test]
async fn there_is_nothing_to_publish_of_a_secret(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let problem = Problem::plain(404, "Tokens are signed with a secret: there is no key that others could check them with.");
    server.get("/.well-known/jwks.json").await.assert_problem(&problem);
}

/// The ids of the keys that are published.
async fn published(server: &Server) -> Vec<String> {
    let set = server.get("/.well-known/jwks.json").await.json_of(200);
    set["keys"].as_array().expect("keys").iter().map(|key| key["kid"].as_str().expect("an id").to_owned()).collect()
}

/// Which key a token names.
fn kid_of(token: &str) -> String {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().expect("a header")).expect("base64url");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    header["kid"].as_str().expect("a key's id").to_owned()
}
