use library_e2e::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Client, Server, Tokens,
};
use rstest::rstest;
use serde_json::json;

use crate::tokens::signed;

#[rstest]
#[tokio::test]
async fn a_token_of_either_sort_ends_its_session_and_no_other(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values(|tokens: &Tokens| tokens.refresh.clone(), |tokens: &Tokens| tokens.access.clone())] token: fn(&Tokens) -> String,
    // A hint that is wrong does no harm (RFC 7009, section 2.1).
    #[values(None, Some("refresh_token"), Some("access_token"), Some("nonsense"))] hint: Option<&str>,
) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let (tokens, other) = (server.given_login(&member).await, server.given_login(&member).await);
    let token = token(&tokens);
    let form: Vec<_> = [("token", &*token)].into_iter().chain(hint.map(|hint| ("token_type_hint", hint))).collect();
    for _ in 0..2 {
        let answer = revoke(&server, &form).await;
        answer.assert_is_empty(200);
        answer.assert_is_kept_by_nobody();
    }
    assert_eq!(refresh(&server, &tokens).await.status, 401);
    assert_eq!(refresh(&server, &other).await.status, 200);
    // An access token that has been made is good until it expires.
    assert_eq!(server.with_token(&tokens.access).get("/members/me").await.status, 200);
}

#[rstest]
#[tokio::test]
async fn a_token_that_nobody_knows_is_revoked_already(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let tokens = server.given_login(&member).await;
    let sessionless = signed(&json!({"sub": member.id, "purpose": "access", "exp": i64::MAX}));
    for token in ["x", " ", "\0", &sessionless, &format!("{}x", tokens.access), &"é".repeat(5_000)] {
        revoke(&server, &[("token", token)]).await.assert_is_empty(200);
    }
    assert_eq!(refresh(&server, &tokens).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn who_the_client_is_does_not_matter(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let tokens = server.given_login(&member).await;
    let form = [("token", &*tokens.refresh), ("client_id", "a-tool"), ("client_secret", "a secret")];
    let request = server.request("POST", "/auth/revoke").basic_auth("a-tool", Some("a secret")).form(&form);
    server.send(request).await.assert_is_empty(200);
    assert_eq!(refresh(&server, &tokens).await.status, 401);
}

#[rstest]
#[tokio::test]
async fn no_token_or_two_are_an_invalid_request(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let missing = "The parameter token is missing.";
    for form in [&[][..], &[("token", "")], &[("token_type_hint", "refresh_token")]] {
        revoke(&server, form).await.assert_oauth_error("invalid_request", missing);
    }
    let answer = revoke(&server, &[("token", "x"), ("token", "y")]).await;
    answer.assert_oauth_error("invalid_request", "A parameter must not be given more than once.");
}

async fn revoke(client: &Client, form: &[(&str, &str)]) -> Answer {
    client.post_form("/auth/revoke", form).await
}

async fn refresh(client: &Client, tokens: &Tokens) -> Answer {
    client.post("/auth/refresh", json!({"refresh_token": tokens.refresh})).await
}
