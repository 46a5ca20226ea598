//! Requests on the condition of a state (RFC 9110, section 13), by its tag.

use library_e2e::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Problem, Server,
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{NOBODY, path_of};

const MALFORMED: [&str; 5] = ["1", "\"1", "'1'", "w/\"1\"", "*, \"1\""];

#[rstest]
#[tokio::test]
async fn a_write_with_if_none_match_is_refused_and_writes_nothing(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let book = server.given_book().await;
    let path = path_of("books", &book);
    let refused = Problem::plain(400, "The header `If-None-Match` is judged on GET and HEAD alone.");
    for method in ["PUT", "PATCH", "DELETE"] {
        let body = json!({"title": "x", "author": "y", "description": ""});
        let request = server.request(method, &path).header("If-None-Match", "*").json(&body);
        server.send(request).await.assert_problem(&refused);
    }
    server.get(&path).await.assert_is(200, &book);
}

#[rstest]
#[tokio::test]
async fn the_tag_of_a_state_changes_with_it_and_with_nothing_else(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let book = server.given_book().await;
    let path = path_of("books", &book);
    assert_shown_as(&server, &path, "\"1\"").await;
    assert_eq!(server.put(&path, emma()).await.etag(), "\"2\"");
    assert_shown_as(&server, &path, "\"2\"").await;
    assert_eq!(server.patch(&path, json!({"title": "Persuasion"})).await.etag(), "\"3\"");
    assert_shown_as(&server, &path, "\"3\"").await;

    let member = server.given_member().await;
    assert_shown_as(&server, &member.path(), "\"1\"").await;
    let token = server.mailed_token(&member).await;
    for _ in 0..2 {
        assert_eq!(server.post("/members/verify", json!({"token": token})).await.etag(), "\"2\"");
        assert_shown_as(&server, &member.path(), "\"2\"").await;
    }

    let client = server.with_token(&server.given_login(&member).await.access);
    let lent = client.post("/loans", json!({"book_id": book["id"], "member_id": member.id})).await;
    assert_eq!((lent.status, lent.etag()), (201, "\"1\""));
    let returned = client.post_nothing(&format!("{}/return", path_of("loans", &lent.json()))).await;
    assert_eq!((returned.status, returned.etag()), (200, "\"2\""));
    // A loan changes neither the book nor the member.
    assert_shown_as(&server, &path, "\"3\"").await;
    assert_shown_as(&server, &member.path(), "\"2\"").await;
}

#[rstest]
#[tokio::test]
async fn who_has_the_state_already_is_not_sent_it_again(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (book, member) = (server.given_book().await, server.given_member().await);
    for path in [path_of("books", &book), member.path()] {
        let whole = server.get(&path).await;
        for known in ["\"1\"", "W/\"1\"", "*", "\"x\", \"1\"", "\"2\",\"1\""] {
            for method in ["GET", "HEAD"] {
                let answer = conditional(&server, method, &path, ("If-None-Match", known), None).await;
                answer.assert_is_empty(304);
                assert_eq!(answer.etag(), whole.etag());
                assert_eq!((answer.header("Content-Type"), answer.header("Content-Length")), (None, None), "{answer:#?}");
            }
        }
        for unknown in ["\"2\"", "\"01\"", "\"1,2\"", ""] {
            let answer = conditional(&server, "GET", &path, ("If-None-Match", unknown), None).await;
            answer.assert_is(200, &whole.json());
        }
    }
    let nothing = conditional(&server, "GET", &format!("/books/{NOBODY}"), ("If-None-Match", "*"), None).await;
    nothing.assert_problem(&Problem::nothing_of_this_id("book"));
}

#[rstest]
#[tokio::test]
async fn who_has_an_old_state_is_sent_the_new_one(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let book = server.given_book().await;
    let path = path_of("books", &book);
    let old = server.get(&path).await.etag().to_owned();
    conditional(&server, "GET", &path, ("If-None-Match", &old), None).await.assert_is_empty(304);
    let changed = server.put(&path, emma()).await;
    conditional(&server, "GET", &path, ("If-None-Match", &old), None).await.assert_is(200, &changed.json());
    conditional(&server, "GET", &path, ("If-None-Match", changed.etag()), None).await.assert_is_empty(304);
}

#[rstest]
#[case("PUT")]
#[case("PATCH")]
#[tokio::test]
async fn a_book_is_changed_in_the_state_that_is_expected(
    #[case] method: &'static str,
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = Server::start(backend).await;
    let book = server.given_book().await;
    let path = path_of("books", &book);
    let change = async |expected: &str| conditional(&server, method, &path, ("If-Match", expected), Some(emma())).await;
    for (expected, etag) in [("\"1\"", "\"2\""), ("\"1\", \"2\"", "\"3\""), ("*", "\"4\"")] {
        let answer = change(expected).await;
        assert_eq!((answer.status, answer.etag()), (200, etag), "{expected}");
    }
    // Several lines of one header are one list.
    let lines = server.request(method, &path).header("If-Match", "\"3\"").header("If-Match", "\"4\"").json(&emma());
    let now = server.send(lines).await.json_of(200);
    for expected in ["\"4\"", "\"1\", \"2\"", "W/\"5\"", "\"05\"", "\"x\"", "\"4,5\"", ""] {
        change(expected).await.assert_problem(&Problem::precondition_failed());
    }
    let shown = server.get(&path).await;
    shown.assert_is(200, &now);
    assert_eq!(shown.etag(), "\"5\"");
}

#[rstest]
#[tokio::test]
async fn a_book_is_deleted_in_the_state_that_is_expected(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (book, borrower) = (server.given_book().await, server.given_borrower().await);
    let path = path_of("books", &book);
    let changed = server.put(&path, emma()).await;
    let delete = async |expected: &str| conditional(&server, "DELETE", &path, ("If-Match", expected), None).await;
    for old in ["\"1\"", "W/\"2\"", ""] {
        delete(old).await.assert_problem(&Problem::precondition_failed());
    }
    server.get(&path).await.assert_is(200, &changed.json());
    // Which state it is in is judged before what stands against it.
    let loan = server.given_loan(&borrower, &book).await;
    delete("\"1\"").await.assert_problem(&Problem::precondition_failed());
    for expected in ["\"2\"", "*"] {
        assert_eq!(delete(expected).await.json()["title"], "Book on loan");
    }
    let returned = borrower.client.post_nothing(&format!("{}/return", path_of("loans", &loan))).await;
    assert_eq!(returned.status, 200);
    delete("\"1\", \"2\"").await.assert_is_empty(204);
    for expected in ["\"2\"", "*"] {
        delete(expected).await.assert_problem(&Problem::nothing_of_this_id("book"));
    }
}

#[rstest]
#[tokio::test]
async fn a_member_is_deleted_in_the_state_that_is_expected(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_verified_member().await;
    let delete = async |expected: &str| conditional(&server, "DELETE", &member.path(), ("If-Match", expected), None).await;
    for old in ["\"1\"", "W/\"2\"", ""] {
        delete(old).await.assert_problem(&Problem::precondition_failed());
    }
    server.get(&member.path()).await.assert_is(200, &member.body(true));
    delete("\"2\"").await.assert_is_empty(204);
    delete("\"2\"").await.assert_problem(&Problem::nothing_of_this_id("member"));
}

#[rstest]
#[tokio::test]
async fn a_condition_that_is_malformed_is_refused(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (book, member) = (server.given_book().await, server.given_member().await);
    let path = path_of("books", &book);
    let requests = [
        ("GET", &path, "If-None-Match"),
        ("PUT", &path, "If-Match"),
        ("PATCH", &path, "If-Match"),
        ("DELETE", &path, "If-Match"),
        ("GET", &member.path(), "If-None-Match"),
        ("DELETE", &member.path(), "If-Match"),
    ];
    for (method, path, header) in requests {
        let detail = format!("The header `{header}` must be `*` or a list of entity tags, such as `\"1\"`.");
        for value in MALFORMED {
            let body = matches!(method, "PUT" | "PATCH").then(emma);
            let answer = conditional(&server, method, path, (header, value), body).await;
            answer.assert_problem(&Problem::plain(400, &detail));
        }
    }
    server.get(&path).await.assert_is(200, &book);
    server.get(&member.path()).await.assert_is(200, &member.body(false));
}

#[rstest]
#[tokio::test]
async fn what_is_sent_is_judged_before_the_state_that_is_expected(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let book = server.given_book().await;
    let path = path_of("books", &book);
    for method in ["PUT", "PATCH"] {
        let change = async |path: &str, body: Value| conditional(&server, method, path, ("If-Match", "\"7\""), Some(body)).await;
        let bad = json!({"title": " ", "author": "Jane Austen", "description": ""});
        change(&path, bad).await.assert_problem(&Problem::of_fields(&[("title", "must not be empty")]));
        change(&path, emma()).await.assert_problem(&Problem::precondition_failed());
        // What is not there is in no state.
        change(&format!("/books/{NOBODY}"), emma()).await.assert_problem(&Problem::nothing_of_this_id("book"));
    }
    server.get(&path).await.assert_is(200, &book);
}

/// It is shown in this state however it is looked at, again and again, and not compressed, which would make it another tag's.
async fn assert_shown_as(server: &Server, path: &str, etag: &str) {
    // The later answers may come from the cache.
    for method in ["GET", "HEAD", "GET"] {
        let answer = server.send(server.request(method, path).header("Accept-Encoding", "gzip, br, zstd")).await;
        assert_eq!((answer.status, answer.etag(), answer.header("Content-Encoding")), (200, etag, None));
    }
}

async fn conditional(server: &Server, method: &str, path: &str, (name, value): (&str, &str), body: Option<Value>) -> Answer {
    let request = server.request(method, path).header(name, value);
    server.send(body.into_iter().fold(request, |request, body| request.json(&body))).await
}

fn emma() -> Value {
    json!({"title": "Emma", "author": "Jane Austen", "description": ""})
}
