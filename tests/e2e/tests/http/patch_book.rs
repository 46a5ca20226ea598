use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Problem, SOME_TIME, Server,
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{NOBODY, path_of};

#[rstest]
#[tokio::test]
async fn what_a_patch_does_not_name_stays_as_it_is(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let mut book = server.given_book().await;
    let path = path_of("books", &book);
    let changes = [
        ("title", json!(" Emma "), "Emma"),
        ("author", json!("Jane Austen"), "Jane Austen"),
        ("description", json!("A match."), "A match."),
        ("description", Value::Null, ""),
        ("description", json!("  "), ""),
    ];
    for (field, value, expected) in changes {
        // Into the cache, from which the old one must not come back.
        server.get(&path).await.assert_is(200, &book);
        let answer = server.patch(&path, json!({field: value})).await;
        book[field] = expected.into();
        book["updated_at"] = SOME_TIME.into();
        answer.assert_is(200, &book);
        book = answer.json();
        server.get(&path).await.assert_is(200, &book);
    }
    let answer = server.patch(&path, json!({"title": "Persuasion", "description": "A letter."})).await;
    book["title"] = "Persuasion".into();
    book["description"] = "A letter.".into();
    book["updated_at"] = SOME_TIME.into();
    answer.assert_is(200, &book);
    server.get("/books").await.assert_is(200, &json!([book]));
}

#[rstest]
#[tokio::test]
async fn a_patch_that_names_nothing_changes_nothing_but_counts_as_a_change(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let mut book = server.given_book().await;
    book["updated_at"] = SOME_TIME.into();
    for (patch, etag) in [(json!({}), "\"2\""), (json!({"shelf": "unknown", "copies": null}), "\"3\"")] {
        let answer = server.patch(&path_of("books", &book), patch).await;
        answer.assert_is(200, &book);
        assert_eq!(answer.etag(), etag);
    }
}

#[rstest]
#[tokio::test]
async fn a_patch_that_cannot_be_accepted_is_refused_by_field(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let book = server.given_book().await;
    let path = path_of("books", &book);
    let cases = [
        ("title", Value::Null, "cannot be removed"),
        ("title", json!(" "), "must not be empty"),
        ("title", json!("x".repeat(1_001)), "must have at most 1000 characters"),
        ("title", json!("\u{0}Emma"), "must not contain the character U+0000"),
        ("title", json!(["Emma"]), "must be a text"),
        ("author", Value::Null, "cannot be removed"),
        ("author", json!(""), "must not be empty"),
        ("author", json!({"name": "Jane Austen"}), "must be a text"),
        ("description", json!("x".repeat(10_001)), "must have at most 10000 characters"),
        ("description", json!(false), "must be a text"),
        ("isbn", json!("9780141439587"), "cannot be changed"),
        ("isbn", book["isbn"].clone(), "cannot be changed"),
        ("isbn", Value::Null, "cannot be changed"),
        ("id", json!(7), "cannot be changed"),
        ("created_at", Value::Null, "cannot be changed"),
        ("updated_at", json!("2026-11-20T16:14:56Z"), "cannot be changed"),
    ];
    for (field, value, rule) in cases {
        server.patch(&path, json!({field: value})).await.assert_problem(&Problem::of_fields(&[(field, rule)]));
    }
    let mixed = json!({"title": null, "author": 7, "description": "fine", "isbn": "none", "shelf": 3});
    let errors = [("title", "cannot be removed"), ("author", "must be a text"), ("isbn", "cannot be changed")];
    server.patch(&path, mixed).await.assert_problem(&Problem::of_fields(&errors));
    server.get(&path).await.assert_is(200, &book);
}

#[rstest]
#[tokio::test]
async fn a_patch_is_a_merge_patch_and_no_other(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let book = server.given_book().await;
    let path = path_of("books", &book);
    let send = async |content_type: &str, body: &'static str| {
        server.send(server.request("PATCH", &path).header("Content-Type", content_type).body(body)).await
    };
    let detail = "The body must be of the type application/merge-patch+json or application/json, and not compressed.";
    for content_type in ["application/json-patch+json", "application/x-www-form-urlencoded", "text/json", "text/plain"] {
        let answer = send(content_type, "{\"title\": \"Emma\"}").await;
        answer.assert_problem(&Problem::plain(415, detail));
        assert_eq!(answer.header("Accept-Patch"), Some("application/merge-patch+json"));
    }
    let not_an_object = Problem::named(422, "not-an-object", "Not an object", "The body must be a JSON object.");
    for body in ["null", "[]", "[{\"op\": \"remove\", \"path\": \"/title\"}]", "\"Emma\""] {
        send("application/merge-patch+json", body).await.assert_problem(&not_an_object);
    }
    assert_eq!(send("application/merge-patch+json", "{").await.status, 400);
    server.get(&path).await.assert_is(200, &book);
    for (content_type, title) in
        [("application/json", "{\"title\": \"a\"}"), ("Application/Merge-Patch+JSON; a=b", "{\"title\": \"b\"}")]
    {
        assert_eq!(send(content_type, title).await.status, 200, "{content_type}");
    }
}

#[rstest]
#[tokio::test]
async fn a_book_that_is_not_there_cannot_be_patched(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let path = format!("/books/{NOBODY}");
    for patch in [json!({}), json!({"title": "Emma"})] {
        server.patch(&path, patch).await.assert_problem(&Problem::nothing_of_this_id("book"));
    }
    // What is sent is judged before it is looked for.
    let cannot_be_removed = Problem::of_fields(&[("title", "cannot be removed")]);
    server.patch(&path, json!({"title": null})).await.assert_problem(&cannot_be_removed);
}
