use crate::tokens;
use library_e2e::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Member, PASSWORD, Problem, SOME_TIME, Server, Tokens,
};
use rstest::rstest;
use serde_json::{Value, json};

const PATH: &str = "/auth/password/reset";
const NEW_PASSWORD: &str = "Tr0ub4dor & 3";

fn refused() -> Problem {
    Problem::plain(401, "The password reset token is not valid, or no longer.")
}

async fn reset(server: &Server, token: &str) -> Answer {
    server.post(PATH, json!({"token": token, "password": NEW_PASSWORD})).await
}

async fn log_in(server: &Server, member: &Member, password: &str) -> Answer {
    server.post("/auth/login", json!({"email": member.email, "password": password})).await
}

#[rstest]
#[tokio::test]
async fn the_new_password_opens_the_account_and_every_session_has_ended(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (member, other) = (server.given_verified_member().await, server.given_member().await);
    let sessions = [server.given_login(&member).await, server.given_login(&member).await];
    let others = server.given_login(&other).await;
    reset(&server, &server.mailed_reset_token(&member).await).await.assert_is_empty(204);

    assert_eq!(log_in(&server, &member, PASSWORD).await.status, 401);
    let tokens = Tokens::of(&log_in(&server, &member, NEW_PASSWORD).await.json_of(200));
    server.with_token(&tokens.access).get("/members/me").await.assert_is(200, &member.body(true));
    for session in sessions {
        assert_eq!(server.post("/auth/refresh", json!({"refresh_token": session.refresh})).await.status, 401);
    }
    assert_eq!(server.post("/auth/refresh", json!({"refresh_token": others.refresh})).await.status, 200);
    let told = server.mail_with(&member.email, "was changed").await;
    assert!(!told.contains("http"), "{told}");
}

/// Who was let in by a stolen session may have asked for another address and read its mail already.
#[rstest]
#[tokio::test]
async fn an_address_that_was_asked_for_before_the_reset_cannot_be_proven_after_it(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_verified_member().await;
    let stranger = server.with_token(&server.given_login(&member).await.access);
    stranger.patch("/members/me", json!({"email": "strangers@example.com"})).await.assert_status(200);
    let mail = server.mail_with("strangers@example.com", "this is to be your address").await;
    let change = library_e2e::token_in(&mail);
    reset(&server, &server.mailed_reset_token(&member).await).await.assert_is_empty(204);

    let refused = Problem::plain(401, "The verification token is not valid, or no longer.");
    server.post("/members/verify", json!({"token": change})).await.assert_problem(&refused);
    let tokens = Tokens::of(&log_in(&server, &member, NEW_PASSWORD).await.json_of(200));
    let mut body = member.body(true);
    body["updated_at"] = SOME_TIME.into();
    server.with_token(&tokens.access).get("/members/me").await.assert_is(200, &body);
}

#[rstest]
#[tokio::test]
async fn a_token_is_good_for_one_use_and_for_one_password(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let token = server.mailed_reset_token(&member).await;
    reset(&server, &format!("  {token}\n")).await.assert_is_empty(204);
    for _ in 0..2 {
        let answer = server.post(PATH, json!({"token": token, "password": PASSWORD})).await;
        answer.assert_problem(&refused());
    }
    assert_eq!(log_in(&server, &member, NEW_PASSWORD).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn a_token_that_is_not_good_sets_no_password(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let verification = server.mailed_token(&member).await;
    let token = server.mailed_reset_token(&member).await;
    let login = server.given_login(&member).await;
    // Those of another purpose have that of a reset, so it is the one of these.
    let mut bad: Vec<_> = tokens::forgeries_of(&token).into_iter().filter(|(what, _)| *what != "another purpose").collect();
    bad.push(("a verification token", verification.clone()));
    bad.push(("an access token", login.access));
    bad.push(("a refresh token", login.refresh));
    let mut of_another_state = tokens::claims_of(&token);
    of_another_state["state"] = json!("A".repeat(43));
    bad.push(("another state", tokens::signed(&of_another_state)));
    let mut of_no_state = tokens::claims_of(&token);
    of_no_state.as_object_mut().expect("an object").remove("state");
    bad.push(("no state", tokens::signed(&of_no_state)));
    for (what, token) in bad {
        let answer = reset(&server, &token).await;
        assert_eq!(answer.status, 401, "{what}: {answer:#?}");
        answer.assert_problem(&refused());
    }
    assert_eq!(log_in(&server, &member, PASSWORD).await.status, 200);
    let not_for_this = Problem::plain(401, "The verification token is not valid, or no longer.");
    server.post("/members/verify", json!({"token": token})).await.assert_problem(&not_for_this);
    server.get(&member.path()).await.assert_is(200, &member.body(false));
    // The same claims, signed by the right key, are good: what was refused above was refused for its fault.
    reset(&server, &tokens::signed(&tokens::claims_of(&token))).await.assert_is_empty(204);
}

#[rstest]
#[tokio::test]
async fn a_token_says_what_it_is_for_and_lives_as_long_as_the_settings_say(#[values(Sqlite, Postgres)] backend: Backend) {
    for (minutes, seconds) in [(None, 3_600), (Some("2"), 120)] {
        let builder = Server::builder(backend).await;
        let builder = minutes.map_or(builder.clone(), |minutes| builder.with("PASSWORD_RESET_TOKEN_TTL_MINUTES", minutes));
        let server = builder.start().await;
        let member = server.given_member().await;
        let mut claims = tokens::claims_of(&server.mailed_reset_token(&member).await);
        let state = claims.as_object_mut().and_then(|claims| claims.remove("state")).expect("a state");
        let issued = claims["iat"].as_i64().expect("a time");
        assert_eq!(claims, json!({"sub": member.id, "purpose": "reset_password", "iat": issued, "exp": issued + seconds}));
        assert_eq!(state.as_str().map(str::len), Some(43));
    }
}

#[rstest]
#[tokio::test]
async fn the_token_of_a_member_who_is_gone_is_none(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let token = server.mailed_reset_token(&member).await;
    server.delete(&member.path()).await.assert_is_empty(204);
    reset(&server, &token).await.assert_problem(&refused());
}

#[rstest]
#[tokio::test]
async fn every_field_that_is_wrong_is_named(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let length = "must have 8 to 128 characters";
    let cases = [
        (json!({}), [("token", "is required"), ("password", "is required")]),
        (json!({"token": " ", "password": "short"}), [("token", "must not be empty"), ("password", length)]),
        (json!({"token": 1, "password": Value::Null}), [("token", "must be a text"), ("password", "is required")]),
    ];
    for (body, errors) in cases {
        server.post(PATH, body).await.assert_problem(&Problem::of_fields(&errors));
    }
    let form = server.request("POST", PATH).form(&[("token", "x"), ("password", "short")]);
    server.send(form).await.assert_problem(&Problem::of_fields(&[("password", length)]));
}

#[rstest]
#[tokio::test]
async fn neither_token_nor_password_is_logged(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let token = server.mailed_reset_token(&member).await;
    let request = |id: &str, token: &str| {
        let body = json!({"token": token, "password": NEW_PASSWORD});
        server.request("POST", PATH).header("X-Request-Id", id).json(&body)
    };
    server.send(request("good", &token)).await.assert_is_empty(204);
    assert_eq!(server.send(request("bad", &token)).await.status, 401);
    let page = server.request("GET", &format!("{PATH}?token={token}")).header("X-Request-Id", "page");
    assert_eq!(server.send(page).await.status, 200);
    for id in ["good", "bad", "page"] {
        let events = server.log().events_of_request(id).await;
        let log = Value::from(events).to_string();
        assert!(!log.contains(&token) && !log.contains(NEW_PASSWORD), "{log}");
    }
}
