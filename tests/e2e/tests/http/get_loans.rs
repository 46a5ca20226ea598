//! `GET /loans`, `GET /loans/{id}`, `GET /members/me` and `GET /members/me/loans`: what is the caller's own.

use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Borrower, Problem, Server, link_to,
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{NOBODY, path_of};

/// Three loans of a member, the second of them returned, and one of somebody else's.
async fn given_loans(server: &Server) -> (Borrower, Borrower, Vec<Value>) {
    let mut borrowers = server.given_borrowers(2).await;
    let (other, borrower) = (borrowers.remove(1), borrowers.remove(0));
    let mut loans = Vec::new();
    for _ in 0..3 {
        loans.push(server.given_loan(&borrower, &server.given_book().await).await);
        server.given_loan(&other, &server.given_book().await).await;
    }
    loans[1] = borrower.client.post_nothing(&format!("{}/return", path_of("loans", &loans[1]))).await.json_of(200);
    (borrower, other, loans)
}

#[rstest]
#[tokio::test]
async fn a_member_sees_their_own_loans_at_both_paths(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values("/loans", "/members/me/loans")] path: &str,
) {
    let server = Server::start(backend).await;
    let (borrower, _, loans) = given_loans(&server).await;
    let newest_first = json!([loans[2], loans[1], loans[0]]);
    borrower.client.get(path).await.assert_is(200, &newest_first);
    borrower.client.get(&format!("{path}?open=true&sort=loaned_at")).await.assert_is(200, &json!([loans[0], loans[2]]));
    borrower.client.get(&format!("{path}?open=false")).await.assert_is(200, &json!([loans[1]]));
    borrower.client.get(&format!("{path}?overdue=true")).await.assert_is(200, &json!([]));
    let book = loans[2]["book_id"].as_str().expect("an id");
    borrower.client.get(&format!("{path}?book_id={book}")).await.assert_is(200, &json!([loans[2]]));
    let page = borrower.client.get(&format!("{path}?limit=2&sort=-due_at")).await;
    page.assert_is(200, &json!([loans[2], loans[1]]));
    let last = borrower.client.get(&link_to(&page, "next").expect("there is one more")).await;
    last.assert_is(200, &json!([loans[0]]));
}

#[rstest]
#[tokio::test]
async fn nobody_asks_for_the_loans_of_others(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (borrower, other, loans) = given_loans(&server).await;
    let answer = borrower.client.get(&format!("/loans?member_id={}", other.member.id)).await;
    let rule = "is no parameter of this list; it is filtered by book_id, open, overdue, loaned_at, due_at";
    answer.assert_problem(&Problem::of_fields(&[("member_id", rule)]));
    let not_yours = Problem::plain(404, "You have no loan of this id.");
    other.client.get(&path_of("loans", &loans[0])).await.assert_problem(&not_yours);
    other.client.get(&format!("/loans/{NOBODY}")).await.assert_problem(&not_yours);
    other.client.get("/loans/x").await.assert_problem(&Problem::of_fields(&[("id", "must be a UUID")]));
}

#[rstest]
#[tokio::test]
async fn a_loan_is_shown_to_whose_it_is_with_its_state(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (borrower, _, loans) = given_loans(&server).await;
    let path = path_of("loans", &loans[0]);
    let shown = borrower.client.get(&path).await;
    shown.assert_is(200, &loans[0]);
    assert_eq!(shown.etag(), "\"1\"");
    let known = borrower.client.send(borrower.client.request("GET", &path).header("If-None-Match", "\"1\"")).await;
    known.assert_is_empty(304);
    assert_eq!(borrower.client.get(&path_of("loans", &loans[1])).await.etag(), "\"2\"");
}

#[rstest]
#[tokio::test]
async fn whoever_calls_sees_themselves_verified_or_not(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let client = server.with_token(&server.given_login(&member).await.access);
    client.get("/members/me").await.assert_is(200, &member.body(false));
    for path in ["/loans", "/members/me/loans", &format!("/loans/{NOBODY}")] {
        client.get(path).await.assert_problem(&Problem::not_verified());
    }
    for path in ["/members/me", "/loans", "/members/me/loans", &format!("/loans/{NOBODY}")] {
        server.get(path).await.assert_problem(&Problem::no_access_token());
    }
}

#[rstest]
#[tokio::test]
async fn a_new_loan_says_where_its_member_finds_it(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let borrower = server.given_borrower().await;
    let own = json!({"book_id": server.given_book().await["id"], "member_id": borrower.member.id});
    let lent = borrower.client.post("/loans", own).await;
    let path = lent.header("Location").expect("a path").to_owned();
    borrower.client.get(&path).await.assert_is(200, &lent.json_of(201));
    let of_another = json!({"book_id": server.given_book().await["id"], "member_id": server.given_member().await.id});
    assert_eq!(borrower.client.post("/loans", of_another).await.header("Location"), None);
}
