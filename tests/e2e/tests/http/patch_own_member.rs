//! `PATCH /members/me`, and how another address is proven.

use crate::{databases, tokens};
use library_e2e::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Client, Member, PASSWORD, Problem, SOME_TIME, Server, Tokens, token_in,
};
use rstest::rstest;
use serde_json::{Value, json};

const PATH: &str = "/members/me";
const NEW_PASSWORD: &str = "Tr0ub4dor & 3";

/// A member who is logged in, and their client.
async fn logged_in(server: &Server, member: &Member) -> Client {
    server.with_token(&server.given_login(member).await.access)
}

/// The member as they see themselves, with this of it otherwise.
fn body(member: &Member, is_verified: bool, changes: &Value) -> Value {
    let mut body = member.body(is_verified);
    body["updated_at"] = SOME_TIME.into();
    for (field, value) in changes.as_object().expect("an object") {
        body[field] = value.clone();
    }
    body
}

/// The token in the mail that asks for a proof of this address.
async fn mailed_to(server: &Server, address: &str) -> String {
    token_in(&server.mail_with(address, "this is to be your address").await)
}

async fn log_in(server: &Server, email: &str, password: &str) -> Answer {
    server.post("/auth/login", json!({"email": email, "password": password})).await
}

#[rstest]
#[tokio::test]
async fn a_name_changes_at_once_for_whoever_calls_verified_or_not(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (member, other) = (server.given_member().await, server.given_member().await);
    let client = logged_in(&server, &member).await;
    let answer = client.patch(PATH, json!({"name": " Grace Hopper ", "unknown": 1})).await;
    let expected = body(&member, false, &json!({"name": "Grace Hopper"}));
    answer.assert_is(200, &expected);
    assert_eq!(answer.etag(), "\"2\"");
    for path in [PATH, &member.path()] {
        client.get(path).await.assert_is(200, &expected);
    }
    server.get(&other.path()).await.assert_is(200, &other.body(false));
}

#[rstest]
#[tokio::test]
async fn another_address_counts_once_it_is_proven(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_verified_member().await;
    let client = logged_in(&server, &member).await;
    let waiting = body(&member, true, &json!({"pending_email": "New@example.com"}));
    client.patch(PATH, json!({"email": "New@example.com"})).await.assert_is(200, &waiting);
    client.get(PATH).await.assert_is(200, &waiting);
    // Nobody else sees what they have in mind, and the old address counts.
    let seen = body(&member, true, &json!({}));
    server.get(&member.path()).await.assert_is(200, &seen);
    server.get("/members").await.assert_is(200, &json!([seen]));
    server.get("/members?email=new@example.com").await.assert_is(200, &json!([]));
    assert_eq!(log_in(&server, "new@example.com", PASSWORD).await.status, 401);
    assert_eq!(log_in(&server, &member.email, PASSWORD).await.status, 200);

    let token = mailed_to(&server, "New@example.com").await;
    let notice = server.mail_with(&member.email, "another address is to take the place of this one").await;
    assert!(!notice.contains("http") && !notice.contains("new@example.com"), "{notice}");
    let moved = body(&member, true, &json!({"email": "New@example.com"}));
    for _ in 0..2 {
        server.post("/members/verify", json!({"token": token})).await.assert_is(200, &moved);
    }
    client.get(PATH).await.assert_is(200, &moved);
    server.get(&member.path()).await.assert_is(200, &moved);
    assert_eq!(log_in(&server, "new@example.com", PASSWORD).await.status, 200);
    assert_eq!(log_in(&server, &member.email, PASSWORD).await.status, 401);
    // The old address is free.
    server.post("/members", json!({"name": "Eve", "email": member.email, "password": PASSWORD})).await.assert_status(201);
}

/// For as long as a stolen token lives, whoever has it reads on; but it leads into the account no further.
#[rstest]
#[tokio::test]
async fn an_access_token_whose_session_has_ended_does_not_change_the_address(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_verified_member().await;
    let own = logged_in(&server, &member).await;
    let (ended, logged_out) = (server.given_login(&member).await, server.given_login(&member).await);
    let session = tokens::claims_of(&ended.access)["sid"].as_str().expect("an id").to_owned();
    own.delete(&format!("/auth/sessions/{session}")).await.assert_is_empty(204);
    server.post("/auth/logout", json!({"refresh_token": logged_out.refresh})).await.assert_is_empty(204);
    let mut of_no_session = tokens::claims_of(&ended.access);
    of_no_session.as_object_mut().expect("an object").remove("sid");
    for token in [&ended.access, &logged_out.access, &tokens::signed(&of_no_session)] {
        let stranger = server.with_token(token);
        stranger.patch(PATH, json!({"email": "strangers@example.com"})).await.assert_problem(&Problem::bad_access_token());
        let both = json!({"email": member.email, "password": NEW_PASSWORD, "current_password": PASSWORD});
        stranger.patch(PATH, both).await.assert_problem(&Problem::bad_access_token());
        stranger.get(PATH).await.assert_is(200, &member.body(true));
    }
    let waiting = body(&member, true, &json!({"pending_email": "new@example.com"}));
    own.patch(PATH, json!({"email": "new@example.com"})).await.assert_is(200, &waiting);
}

#[rstest]
#[tokio::test]
async fn who_mistyped_their_address_mends_it_and_is_verified_by_the_page(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let client = logged_in(&server, &member).await;
    client.patch(PATH, json!({"email": "right@example.com"})).await.assert_status(200);
    let token = mailed_to(&server, "right@example.com").await;
    let page = server.get(&format!("/members/verify?token={token}")).await;
    assert!(page.text.contains(&format!("name=\"token\" value=\"{token}\">")), "{}", page.text);
    let request = server.request("POST", "/members/verify").header("Accept", "text/html").form(&[("token", &token)]);
    let confirmed = server.send(request).await;
    assert!(confirmed.text.contains("Your address is confirmed."), "{}", confirmed.text);
    client.get(PATH).await.assert_is(200, &body(&member, true, &json!({"email": "right@example.com"})));
}

#[rstest]
#[tokio::test]
async fn a_token_dies_with_the_address_that_it_was_mailed_to(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_verified_member().await;
    let client = logged_in(&server, &member).await;
    client.patch(PATH, json!({"email": "first@example.com"})).await.assert_status(200);
    let first = mailed_to(&server, "first@example.com").await;
    let refused = Problem::plain(401, "The verification token is not valid, or no longer.");

    let second_waits = body(&member, true, &json!({"pending_email": "second@example.com"}));
    client.patch(PATH, json!({"email": "second@example.com"})).await.assert_is(200, &second_waits);
    server.post("/members/verify", json!({"token": first})).await.assert_problem(&refused);
    let second = mailed_to(&server, "second@example.com").await;
    for (what, forged) in tokens::forgeries_of(&second) {
        let answer = server.post("/members/verify", json!({"token": forged})).await;
        assert_eq!(answer.status, 401, "{what}: {answer:#?}");
    }
    client.get(PATH).await.assert_is(200, &second_waits);

    // The address as it is gives the other one up.
    client.patch(PATH, json!({"email": member.email})).await.assert_is(200, &body(&member, true, &json!({})));
    server.post("/members/verify", json!({"token": second})).await.assert_problem(&refused);
    client.get(PATH).await.assert_is(200, &body(&member, true, &json!({})));
}

#[rstest]
#[tokio::test]
async fn a_token_of_an_address_says_what_it_is_for_and_lives_for_a_day(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let client = logged_in(&server, &member).await;
    client.patch(PATH, json!({"email": "new@example.com"})).await.assert_status(200);
    let token = mailed_to(&server, "new@example.com").await;
    let mut claims = tokens::claims_of(&token);
    claims.as_object_mut().and_then(|claims| claims.remove("state")).expect("a state");
    let issued = claims["iat"].as_i64().expect("a time");
    assert_eq!(claims, json!({"sub": member.id, "purpose": "change_email", "iat": issued, "exp": issued + 24 * 3_600}));
    // It sets no password, and opens nothing.
    let reset = server.post("/auth/password/reset", json!({"token": token, "password": NEW_PASSWORD})).await;
    assert_eq!((reset.status, server.with_token(&token).get(PATH).await.status), (401, 401));
}

#[rstest]
#[tokio::test]
async fn an_address_that_is_anothers_or_becomes_anothers_is_a_409(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (member, other) = (server.given_member().await, server.given_member().await);
    let client = logged_in(&server, &member).await;
    let taken =
        Problem::named(409, "duplicate-email", "Duplicate email", "A member with this email address is already registered.");
    client.patch(PATH, json!({"name": "Grace", "email": other.email.to_uppercase()})).await.assert_problem(&taken);
    client.get(PATH).await.assert_is(200, &member.body(false));

    client.patch(PATH, json!({"email": "wanted@example.com"})).await.assert_status(200);
    let token = mailed_to(&server, "wanted@example.com").await;
    server.post("/members", json!({"name": "Eve", "email": "Wanted@example.com", "password": PASSWORD})).await.assert_status(201);
    server.post("/members/verify", json!({"token": token})).await.assert_problem(&taken);
    let request = server.request("POST", "/members/verify").header("Accept", "text/html").form(&[("token", &token)]);
    let page = server.send(request).await;
    assert_eq!(page.status, 409);
    assert!(page.text.contains("Another member has this address by now"), "{}", page.text);
    let waiting = body(&member, false, &json!({"pending_email": "wanted@example.com"}));
    client.get(PATH).await.assert_is(200, &waiting);
}

#[rstest]
#[tokio::test]
async fn another_password_ends_every_session_but_the_callers(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let (own, other) = (server.given_login(&member).await, server.given_login(&member).await);
    let patch = json!({"password": NEW_PASSWORD, "current_password": PASSWORD});
    let answer = server.with_token(&own.access).patch(PATH, patch).await;
    answer.assert_is(200, &body(&member, false, &json!({})));
    assert_eq!(answer.etag(), "\"2\"");
    let refresh = async |tokens: &Tokens| server.post("/auth/refresh", json!({"refresh_token": tokens.refresh})).await.status;
    assert_eq!((refresh(&own).await, refresh(&other).await), (200, 401));
    let statuses =
        [log_in(&server, &member.email, PASSWORD).await.status, log_in(&server, &member.email, NEW_PASSWORD).await.status];
    assert_eq!(statuses, [401, 200]);
    server.mail_with(&member.email, "the password of your account at the library was changed").await;
}

#[rstest]
#[tokio::test]
async fn without_the_current_password_nothing_changes(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let (own, other) = (server.given_login(&member).await, server.given_login(&member).await);
    let client = server.with_token(&own.access);
    for wrong in ["a wild guess", "", &PASSWORD.to_uppercase()] {
        let patch = json!({"name": "Grace", "email": "new@example.com", "password": NEW_PASSWORD, "current_password": wrong});
        let expected = Problem::of_fields(&[("current_password", "is not the password of the member")]);
        client.patch(PATH, patch).await.assert_problem(&expected);
    }
    client.get(PATH).await.assert_is(200, &member.body(false));
    assert_eq!(log_in(&server, &member.email, PASSWORD).await.status, 200);
    assert_eq!(server.post("/auth/refresh", json!({"refresh_token": other.refresh})).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn every_field_that_is_wrong_is_named(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let client = logged_in(&server, &member).await;
    let address = "must be an email address with a dotted domain, such as name@example.com";
    let length = "must have 8 to 128 characters";
    let cases: Vec<(Value, Vec<(&str, &str)>)> = vec![
        (json!({"name": " ", "email": "ada"}), vec![("name", "must not be empty"), ("email", address)]),
        (json!({"name": null, "email": null}), vec![("name", "cannot be removed"), ("email", "cannot be removed")]),
        (json!({"name": 1, "email": []}), vec![("name", "must be a text"), ("email", "must be a text")]),
        (json!({"password": NEW_PASSWORD}), vec![("current_password", "is required with password")]),
        (json!({"password": "short"}), vec![("password", length), ("current_password", "is required with password")]),
        (json!({"current_password": PASSWORD}), vec![("password", "is required with current_password")]),
        (
            json!({"password": null, "current_password": 7}),
            vec![("password", "cannot be removed"), ("current_password", "must be a text")],
        ),
        (
            json!({"id": member.id, "is_verified": true, "pending_email": null, "created_at": "now", "updated_at": 1}),
            ["id", "is_verified", "pending_email", "created_at", "updated_at"].map(|field| (field, "cannot be changed")).to_vec(),
        ),
    ];
    for (patch, errors) in cases {
        client.patch(PATH, patch).await.assert_problem(&Problem::of_fields(&errors));
    }
    client.get(PATH).await.assert_is(200, &member.body(false));
}

#[rstest]
#[tokio::test]
async fn only_the_state_that_is_expected_is_changed(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let client = logged_in(&server, &member).await;
    let etag = client.get(PATH).await.etag().to_owned();
    let patch = async |etag: &str, name: &str| {
        let request = client.request("PATCH", PATH).header("If-Match", etag).json(&json!({"name": name}));
        client.send(request).await
    };
    let first = patch(&etag, "Grace").await;
    first.assert_is(200, &body(&member, false, &json!({"name": "Grace"})));
    patch(&etag, "Eve").await.assert_problem(&Problem::precondition_failed());
    patch(first.etag(), "Hedy").await.assert_is(200, &body(&member, false, &json!({"name": "Hedy"})));
    assert_eq!(patch("\"a", "Eve").await.status, 400);
    // An empty patch makes the next state, too.
    let empty = client.patch(PATH, json!({})).await;
    assert_eq!((empty.status, empty.etag()), (200, "\"4\""));
}

#[rstest]
#[tokio::test]
async fn who_calls_is_settled_before_the_condition_and_the_body(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let bad = |client: &Client| client.request("PATCH", PATH).header("If-Match", "\"a").body("{");
    server.send(bad(&server)).await.assert_problem(&Problem::no_access_token());
    let client = logged_in(&server, &member).await;
    server.delete(&member.path()).await.assert_is_empty(204);
    client.send(bad(&client)).await.assert_problem(&Problem::bad_access_token());
}

#[tokio::test]
async fn of_a_deleted_member_nothing_is_left() {
    let server = Server::start(Postgres).await;
    let member = server.given_member().await;
    let client = logged_in(&server, &member).await;
    client.patch(PATH, json!({"email": "in.mind@example.com"})).await.assert_status(200);
    let token = mailed_to(&server, "in.mind@example.com").await;
    client.get(PATH).await.assert_status(200);
    let holds = |rows: Vec<String>| rows.iter().any(|row| row.contains("in.mind@example.com"));
    assert!(holds(databases::every_row(server.storage()).await));
    server.delete(&member.path()).await.assert_is_empty(204);
    assert!(!holds(databases::every_row(server.storage()).await));
    assert!(!holds(databases::every_key(server.storage()).await));
    let gone = Problem::plain(404, "The member of this token is gone.");
    server.post("/members/verify", json!({"token": token})).await.assert_problem(&gone);
}
