use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Problem, Server, racing,
};
use library_testkit::unique_isbn;
use rstest::rstest;
use serde_json::{Value, json};

const ISBN_RULE: &str = "must be an ISBN: ten characters, nine digits and a digit or X, or thirteen digits; \
                         hyphens and spaces may stand between them";

/// The most bytes that the body may have.
const LIMIT: usize = 4 * 1024 * 1024;

fn book(title: &str) -> Value {
    json!({"title": title, "author": "George Eliot", "isbn": unique_isbn().as_str(), "description": "A study."})
}

fn books(count: usize) -> Vec<Value> {
    (0..count).map(|number| book(&format!("Volume {number}"))).collect()
}

#[rstest]
#[tokio::test]
async fn every_row_is_answered_in_its_place(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let there = server.given_book().await;
    let (first, mut last) = (book("Romola"), book("Silas Marner"));
    last.as_object_mut().expect("an object").remove("description");
    let rows = json!([
        first,
        {"title": "Again", "author": "Somebody", "isbn": there["isbn"]},
        {"title": " ", "author": 7, "isbn": "none", "description": []},
        last,
        {"title": "Romola once more", "author": "George Eliot", "isbn": first["isbn"]},
        {},
        "Middlemarch",
        null,
    ]);

    let answer = server.post("/books/batch", json!({"books": rows})).await;

    let ids = answer.json_of(200);
    let (first_id, last_id) = (&ids[0]["id"], &ids[3]["id"]);
    let required = |field: &str| json!({"field": field, "detail": "is required"});
    let no_object = json!({"status": "invalid", "errors": [{"field": "books", "detail": "must be an object"}]});
    answer.assert_is(
        200,
        &json!([
            {"status": "created", "id": first_id},
            {"status": "duplicate", "id": there["id"]},
            {"status": "invalid", "errors": [
                {"field": "description", "detail": "must be a text"},
                {"field": "title", "detail": "must not be empty"},
                {"field": "author", "detail": "must be a text"},
                {"field": "isbn", "detail": ISBN_RULE},
            ]},
            {"status": "created", "id": last_id},
            {"status": "duplicate", "id": first_id},
            {"status": "invalid", "errors": [required("title"), required("author"), required("isbn")]},
            no_object,
            no_object,
        ]),
    );
    last["description"] = json!("");
    for (id, mut book) in [(first_id, first), (last_id, last)] {
        let shown = server.get(&format!("/books/{}", id.as_str().expect("an id"))).await;
        for field in ["id", "created_at", "updated_at"] {
            book[field] = shown.json_of(200)[field].clone();
        }
        shown.assert_is(200, &book);
        assert_eq!((&book["id"], shown.etag()), (id, "\"1\""));
    }
    assert_eq!(server.get("/books").await.json_of(200).as_array().map(Vec::len), Some(3));
}

#[rstest]
#[tokio::test]
async fn a_thousand_books_are_added_at_once_and_a_batch_may_be_sent_again(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let batch = json!({"books": books(1_000)});
    let mut expected = server.post("/books/batch", batch.clone()).await.json_of(200);
    let rows = expected.as_array_mut().expect("an array");
    assert_eq!(rows.len(), 1_000);
    for row in rows {
        assert_eq!((row.as_object().map(serde_json::Map::len), &row["status"]), (Some(2), &json!("created")));
        row["status"] = json!("duplicate");
    }
    server.post("/books/batch", batch.clone()).await.assert_is(200, &expected);

    let found = server.get("/books?q=volume%20999").await.json_of(200);
    let ids: Vec<_> = found.as_array().expect("an array").iter().map(|book| &book["id"]).collect();
    assert_eq!(ids, [&expected[999]["id"]]);
    let newest = server.get("/books?limit=1").await.json_of(200);
    assert_eq!(newest[0]["isbn"], batch["books"][999]["isbn"]);
}

#[rstest]
#[tokio::test]
async fn batches_at_once_add_each_book_once(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let books = books(250);
    let answers = racing(4, |racer| {
        let (client, mut books) = (server.another(), books.clone());
        if racer % 2 == 1 {
            books.reverse();
        }
        async move {
            let answer = client.post("/books/batch", json!({"books": books})).await.json_of(200);
            let mut rows = answer.as_array().expect("an array").clone();
            if racer % 2 == 1 {
                rows.reverse();
            }
            rows
        }
    })
    .await;
    for place in 0..books.len() {
        let rows: Vec<_> = answers.iter().map(|rows| &rows[place]).collect();
        assert!(rows.iter().all(|row| row["id"] == rows[0]["id"]), "{rows:?}");
        assert_eq!(rows.iter().filter(|row| row["status"] == "created").count(), 1, "{rows:?}");
        assert_eq!(rows.iter().filter(|row| row["status"] == "duplicate").count(), 3, "{rows:?}");
    }
}

#[rstest]
#[tokio::test]
async fn a_batch_has_one_to_a_thousand_books(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let bounds = "must have 1 to 1000 elements";
    let cases = [
        (json!({}), "is required"),
        (json!({"books": null}), "is required"),
        (json!({"books": {"title": "Romola"}}), "must be an array"),
        (json!({"books": []}), bounds),
        (json!({"books": books(1_001)}), bounds),
    ];
    for (body, rule) in cases {
        server.post("/books/batch", body).await.assert_problem(&Problem::of_fields(&[("books", rule)]));
    }
    let no_object = Problem::named(422, "not-an-object", "Not an object", "The body must be a JSON object.");
    server.post("/books/batch", json!([book("Romola")])).await.assert_problem(&no_object);
    server.get("/books").await.assert_is(200, &json!([]));
}

#[rstest]
#[tokio::test]
async fn a_batch_may_have_4_mib_and_not_a_byte_more(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let batch = json!({"books": [book("Romola")]}).to_string();
    let too_large = Problem::plain(413, "The body may have at most 4194304 bytes.");
    let of_length = |length: usize| format!("{batch}{}", " ".repeat(length - batch.len()));
    server.post_text("/books/batch", of_length(LIMIT + 1)).await.assert_problem(&too_large);
    let answer = server.post_text("/books/batch", of_length(LIMIT)).await;
    assert_eq!(answer.json_of(200)[0]["status"], "created");
}

#[rstest]
#[tokio::test]
async fn the_path_of_batches_takes_nothing_else(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    for method in ["GET", "PUT", "PATCH", "DELETE"] {
        let answer = server.send(server.request(method, "/books/batch")).await;
        assert_eq!((answer.status, answer.header("Allow")), (405, Some("POST")), "{method}");
    }
}
