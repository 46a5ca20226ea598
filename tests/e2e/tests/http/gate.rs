//! Who may borrow and return, which is settled before anything else is judged.

use library_e2e::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Client, Problem, Server,
};
use reqwest::RequestBuilder;
use rstest::rstest;
use serde_json::json;

use crate::{NOBODY, tokens};

/// What stands behind the gate.
const GATED: [&str; 2] = ["/loans", "/loans/01890a5d-ac96-774b-bcce-b302099a8057/return"];

#[rstest]
#[tokio::test]
async fn nobody_borrows_or_returns_without_a_token(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let borrower = server.given_borrower().await;
    let token = server.given_login(&borrower.member).await.access;
    let headers = ["", "Bearer", "Basic YTpi", &format!("Token {token}"), &token, &format!("Bearer{token}")];
    for path in GATED {
        server.post(path, json!({})).await.assert_problem(&Problem::no_access_token());
        for header in headers {
            let answer = server.send(server.request("POST", path).header("Authorization", header).json(&json!({}))).await;
            answer.assert_problem(&Problem::no_access_token());
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_token_that_is_not_good_opens_nothing(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let verification = server.mailed_token(&member).await;
    server.post("/members/verify", json!({"token": verification})).await.assert_is(200, &member.body(true));
    let login = server.given_login(&member).await;
    let mut bad = tokens::forgeries_of(&login.access);
    bad.push(("a verification token", verification));
    bad.push(("a refresh token", login.refresh));
    for (what, token) in bad {
        for path in GATED {
            let answer = server.with_token(&token).post(path, json!({})).await;
            assert_eq!(answer.status, 401, "{what}: {answer:#?}");
            answer.assert_problem(&Problem::bad_access_token());
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_token_need_not_name_its_session_and_itself(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let borrower = server.given_borrower().await;
    let mut claims = tokens::claims_of(&server.given_login(&borrower.member).await.access);
    for claim in ["sid", "jti"] {
        claims.as_object_mut().expect("an object").remove(claim);
        let client = server.with_token(&tokens::signed(&claims));
        client.post_nothing(GATED[1]).await.assert_problem(&Problem::nothing_of_this_id("loan"));
    }
    // The scheme's letters may be large or small.
    for scheme in ["bearer", "BEARER"] {
        let header = format!("{scheme} {}", tokens::signed(&claims));
        let answer = server.send(server.request("POST", GATED[1]).header("Authorization", header)).await;
        answer.assert_problem(&Problem::nothing_of_this_id("loan"));
    }
}

#[rstest]
#[tokio::test]
async fn who_has_not_verified_their_address_waits(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (book, member) = (server.given_book().await, server.given_member().await);
    let client = server.with_token(&server.given_login(&member).await.access);
    let body = json!({"book_id": book["id"], "member_id": member.id});
    client.post("/loans", body.clone()).await.assert_problem(&Problem::not_verified());
    client.post_nothing(GATED[1]).await.assert_problem(&Problem::not_verified());
    // The same token is enough once they have.
    let token = server.mailed_token(&member).await;
    server.post("/members/verify", json!({"token": token})).await.assert_is(200, &member.body(true));
    assert_eq!(client.post("/loans", body).await.status, 201);
}

#[rstest]
#[tokio::test]
async fn the_token_of_a_member_who_is_gone_is_no_good_from_that_moment_on(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let borrower = server.given_borrower().await;
    server.get(&borrower.member.path()).await.assert_is(200, &borrower.member.body(true));
    borrower.client.post_nothing(GATED[1]).await.assert_problem(&Problem::nothing_of_this_id("loan"));
    server.delete(&borrower.member.path()).await.assert_is_empty(204);
    for path in GATED {
        borrower.client.post(path, json!({})).await.assert_problem(&Problem::bad_access_token());
    }
}

#[rstest]
#[tokio::test]
async fn who_calls_is_settled_before_what_they_sent_is_judged(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (verified, unverified) = (server.given_borrower().await, server.given_member().await);
    let unverified = server.with_token(&server.given_login(&unverified).await.access);
    let (nobody, stranger) = (server.with_token(""), server.with_token("x"));
    let callers: [(&Client, Problem); 4] = [
        (&server, Problem::no_access_token()),
        (&nobody, Problem::no_access_token()),
        (&stranger, Problem::bad_access_token()),
        (&unverified, Problem::not_verified()),
    ];
    for (caller, problem) in callers {
        for (_, request) in unacceptable(caller) {
            caller.send(request).await.assert_problem(&problem);
        }
    }
    let mut statuses = Vec::new();
    for (what, request) in unacceptable(&verified.client) {
        statuses.push((what, verified.client.send(request).await.status));
    }
    let judged = [
        ("broken JSON", 400),
        ("no object", 422),
        ("wrong types", 422),
        ("no ids", 422),
        ("too much", 413),
        ("no JSON", 415),
        ("nothing", 415),
        ("an id that is none", 422),
        ("an id of nothing", 404),
    ];
    assert_eq!(statuses, judged);
}

#[rstest]
#[tokio::test]
async fn nobody_is_asked_who_they_are_where_anyone_may_call(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let stranger = server.with_token("x");
    let answers: [Answer; 3] = [
        stranger.get("/books").await,
        stranger.get("/members").await,
        stranger.post("/auth/logout", json!({"refresh_token": "x"})).await,
    ];
    assert_eq!(answers.map(|answer| answer.status), [200, 200, 204]);
}

/// What nobody could accept, whoever sent it.
fn unacceptable(client: &Client) -> Vec<(&'static str, RequestBuilder)> {
    let loans = |body: String| client.request("POST", "/loans").header("Content-Type", "application/json").body(body);
    vec![
        ("broken JSON", loans("{".to_owned())),
        ("no object", loans("[]".to_owned())),
        ("wrong types", loans(json!({"book_id": 1, "member_id": []}).to_string())),
        ("no ids", loans(json!({"book_id": "x", "member_id": "y"}).to_string())),
        ("too much", loans(" ".repeat(64 * 1024 + 1))),
        ("no JSON", client.request("POST", "/loans").header("Content-Type", "text/plain").body("x")),
        ("nothing", client.request("POST", "/loans")),
        ("an id that is none", client.request("POST", "/loans/x/return")),
        ("an id of nothing", client.request("POST", &format!("/loans/{NOBODY}/return"))),
    ]
}
