use library_e2e::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Client, Member, PASSWORD, Problem, Server, Tokens,
};
use rstest::rstest;
use serde_json::json;

use crate::tokens::claims_of;

const WRONG: &str = "The email address or the password is wrong.";
const NOT_VALID: &str = "The refresh token is not valid, or no longer.";
const REPEATED: &str = "A parameter must not be given more than once.";
const NOT_A_FORM: &str = "The body must be of the type application/x-www-form-urlencoded, and not compressed.";

#[rstest]
#[tokio::test]
async fn a_password_is_a_grant_of_tokens_that_nobody_may_keep(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_verified_member().await;
    let answer = with_password(&server, &member).await;
    let tokens = assert_tokens(&answer);
    assert_eq!(claims_of(&tokens.access)["sub"], json!(member.id));
    assert_eq!(server.with_token(&tokens.access).get("/loans").await.json_of(200), json!([]));
    assert_eq!(server.post("/auth/refresh", json!({"refresh_token": tokens.refresh})).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn a_refresh_token_is_a_grant_of_one_new_pair(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let first = server.given_login(&member).await;
    let second = assert_tokens(&with_refresh(&server, &first.refresh).await);
    assert_eq!(claims_of(&first.access)["sid"], claims_of(&second.access)["sid"]);
    with_refresh(&server, &first.refresh).await.assert_oauth_error("invalid_grant", NOT_VALID);
    assert_tokens(&with_refresh(&server, &second.refresh).await);
}

#[rstest]
#[tokio::test]
async fn the_lifetime_of_the_access_token_is_told_in_seconds(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::builder(backend).await.with("ACCESS_TOKEN_TTL_MINUTES", "2").start().await;
    let member = server.given_member().await;
    let body = with_password(&server, &member).await.json_of(200);
    let claims = claims_of(body["access_token"].as_str().expect("a text"));
    assert_eq!(body["expires_in"], json!(120));
    assert_eq!(claims["exp"].as_i64().zip(claims["iat"].as_i64()).map(|(end, start)| end - start), Some(120));
}

#[rstest]
#[tokio::test]
async fn an_address_is_read_as_at_the_log_in(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let username = format!(" {}\t", member.email.to_uppercase());
    assert_tokens(&grant(&server, &[("grant_type", "password"), ("username", &username), ("password", PASSWORD)]).await);
}

/// What Swagger UI, curl and libraries send besides: there are no registered clients, so nobody fails to be one.
#[rstest]
#[tokio::test]
async fn what_is_said_of_clients_is_passed_over(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let mut form = vec![("grant_type", "password"), ("username", &*member.email), ("password", PASSWORD)];
    form.extend([("scope", ""), ("client_id", "a-tool"), ("client_secret", "a secret"), ("audience", "x"), ("resource", "a")]);
    // RFC 8707 lets a client name several.
    form.push(("resource", "b"));
    assert_tokens(&grant(&server, &form).await);
    for (user, password) in [("", ""), ("a-tool", "a secret")] {
        let request = server.request("POST", "/auth/token").basic_auth(user, Some(password)).form(&form);
        assert_tokens(&server.send(request.header("X-Requested-With", "XMLHttpRequest")).await);
    }
    let request = server.request("POST", "/auth/token").bearer_auth("nonsense").form(&form);
    assert_tokens(&server.send(request).await);
    let text = format!("grant_type=password&username={}&password={}", member.email, PASSWORD.replace(' ', "+"));
    let request = server.request("POST", "/auth/token").header("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8");
    assert_tokens(&server.send(request.body(text)).await);
}

/// Who got tokens would take them for tokens of the scope that they asked for.
#[rstest]
#[tokio::test]
async fn there_are_no_scopes_to_ask_for(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let tokens = server.given_login(&member).await;
    let grants: [&[(&str, &str)]; 2] = [
        &[("grant_type", "password"), ("username", &member.email), ("password", PASSWORD), ("scope", "books loans")],
        &[("grant_type", "refresh_token"), ("refresh_token", &tokens.refresh), ("scope", "books")],
    ];
    for form in grants {
        grant(&server, form).await.assert_oauth_error("invalid_scope", "There are no scopes.");
    }
    // The refresh token has not been used.
    assert_tokens(&with_refresh(&server, &tokens.refresh).await);
}

#[rstest]
#[tokio::test]
async fn bad_credentials_are_an_invalid_grant(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (member, gone) = (server.given_member().await, server.given_member().await);
    server.delete(&gone.path()).await.assert_is_empty(204);
    let cases = [
        (&*member.email, "wrong password", WRONG),
        (&member.email, " ", WRONG),
        (&member.email, "\0", WRONG),
        ("nobody@example.com", PASSWORD, WRONG),
        (&gone.email, PASSWORD, WRONG),
        ("ada", PASSWORD, "The username must be an email address."),
        (" ", PASSWORD, "The username must be an email address."),
        ("ada\0@example.com", PASSWORD, "The username must be an email address."),
    ];
    for (username, password, description) in cases {
        let answer = grant(&server, &[("grant_type", "password"), ("username", username), ("password", password)]).await;
        answer.assert_oauth_error("invalid_grant", description);
    }
}

#[rstest]
#[tokio::test]
async fn what_is_no_refresh_token_of_a_member_is_an_invalid_grant(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (member, gone) = (server.given_member().await, server.given_member().await);
    let (tokens, of_gone, ended) =
        (server.given_login(&member).await, server.given_login(&gone).await, server.given_login(&member).await);
    server.delete(&gone.path()).await.assert_is_empty(204);
    server.post("/auth/logout", json!({"refresh_token": ended.refresh})).await.assert_is_empty(204);
    for token in [&of_gone.refresh, &ended.refresh, &tokens.access, "x", " ", "\0", &"é".repeat(5_000)] {
        with_refresh(&server, token).await.assert_oauth_error("invalid_grant", NOT_VALID);
    }
    assert_tokens(&with_refresh(&server, &tokens.refresh).await);
}

#[rstest]
#[tokio::test]
async fn a_parameter_that_is_missing_or_repeated_is_an_invalid_request(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let password = ("grant_type", "password");
    let cases: [(&[(&str, &str)], &str); 9] = [
        (&[], "The parameter grant_type is missing."),
        (&[("grant_type", "")], "The parameter grant_type is missing."),
        (&[password], "The parameter username is missing."),
        (&[password, ("username", ""), ("password", "x")], "The parameter username is missing."),
        (&[password, ("username", "ada@example.com")], "The parameter password is missing."),
        (&[password, ("username", "ada@example.com"), ("password", "")], "The parameter password is missing."),
        (&[("grant_type", "refresh_token")], "The parameter refresh_token is missing."),
        (&[password, password, ("username", "ada@example.com"), ("password", "x")], REPEATED),
        (&[password, ("username", "ada@example.com"), ("password", "x"), ("scope", "a"), ("scope", "b")], REPEATED),
    ];
    for (form, description) in cases {
        grant(&server, form).await.assert_oauth_error("invalid_request", description);
    }
}

#[rstest]
#[case("authorization_code")]
#[case("client_credentials")]
#[case("Password")]
#[tokio::test]
async fn there_are_no_other_grants(#[values(Sqlite, Postgres)] backend: Backend, #[case] grant_type: &str) {
    let server = Server::start(backend).await;
    let answer = grant(&server, &[("grant_type", grant_type), ("code", "x")]).await;
    answer.assert_oauth_error("unsupported_grant_type", "The grant_type must be password or refresh_token.");
}

#[rstest]
#[tokio::test]
async fn a_body_that_is_no_form_is_an_invalid_request_and_one_that_is_too_large_a_problem(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values("/auth/token", "/auth/revoke")] path: &str,
) {
    let server = Server::start(backend).await;
    server.post(path, json!({"grant_type": "password", "token": "x"})).await.assert_oauth_error("invalid_request", NOT_A_FORM);
    server.post_nothing(path).await.assert_oauth_error("invalid_request", NOT_A_FORM);
    let compressed = server.request("POST", path).form(&[("token", "x")]).header("Content-Encoding", "gzip");
    server.send(compressed).await.assert_oauth_error("invalid_request", NOT_A_FORM);
    let too_large = "x".repeat(64 * 1024);
    let problem = Problem::plain(413, "The body may have at most 65536 bytes.");
    server.post_form(path, &[("token", &too_large)]).await.assert_problem(&problem);
}

#[rstest]
#[tokio::test]
async fn a_method_that_is_not_taken_is_a_problem_as_everywhere(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let problem = Problem::plain(405, "This path does not take this method; the header Allow says which it takes.");
    server.get("/auth/token").await.assert_problem(&problem);
}

async fn with_password(client: &Client, member: &Member) -> Answer {
    grant(client, &[("grant_type", "password"), ("username", &member.email), ("password", PASSWORD)]).await
}

async fn with_refresh(client: &Client, token: &str) -> Answer {
    grant(client, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

async fn grant(client: &Client, form: &[(&str, &str)]) -> Answer {
    client.post_form("/auth/token", form).await
}

/// The tokens of an answer that is whole as RFC 6749 prescribes, section 5.1.
#[track_caller]
fn assert_tokens(answer: &Answer) -> Tokens {
    let body = answer.json_of(200);
    let tokens = Tokens::of(&body);
    let expected = json!({
        "access_token": tokens.access,
        "token_type": "bearer",
        "expires_in": 900,
        "refresh_token": tokens.refresh,
    });
    assert_eq!(body, expected);
    answer.assert_is_kept_by_nobody();
    tokens
}
