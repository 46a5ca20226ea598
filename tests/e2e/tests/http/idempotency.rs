//! `Idempotency-Key`: what was done once is answered again, and not done again.

use library_e2e::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Borrower, Client, PASSWORD, Problem, Server, Tokens, eventually, racing,
};
use library_testkit::{unique_email, unique_id, unique_isbn};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    NOBODY,
    databases::{every_row, postgres},
    path_of,
};

const MANY: usize = 16;

#[rstest]
#[tokio::test]
async fn a_book_is_added_once(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (key, book) = (a_key(), a_book());
    let first = post(&server, &key, "/books", &book).await;
    assert_eq!(first.json_of(201)["isbn"], book["isbn"]);
    assert_eq!(first.header("Location"), Some(path_of("books", &first.json()).as_str()));
    for _ in 0..3 {
        assert_replayed(&post(&server, &key, "/books", &book).await, &first);
    }
    server.get("/books").await.assert_is(200, &json!([first.json()]));
}

#[rstest]
#[tokio::test]
async fn a_batch_is_added_once_and_answered_whole_again(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let books: Vec<_> = (0..150).map(|_| a_book()).chain([json!({"title": "Emma"})]).collect();
    let (key, batch) = (a_key(), json!({"books": books}));
    let first = post(&server, &key, "/books/batch", &batch).await;
    let statuses = first.json_of(200).as_array().expect("an array").iter().map(|row| row["status"].clone()).collect::<Vec<_>>();
    assert_eq!((statuses.len(), &statuses[149], &statuses[150]), (151, &json!("created"), &json!("invalid")));
    assert_replayed(&post(&server, &key, "/books/batch", &batch).await, &first);
    // Without the key, it is another request: everything is there already.
    let again = server.post("/books/batch", batch).await.json_of(200);
    assert_eq!((&again[0]["status"], &again[0]["id"]), (&json!("duplicate"), &first.json()[0]["id"]));
}

#[rstest]
#[tokio::test]
async fn a_member_is_registered_once_and_gets_one_mail(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (key, member) = (a_key(), a_member());
    let first = post(&server, &key, "/members", &member).await;
    assert_eq!(first.json_of(201)["email"], member["email"]);
    assert_eq!(first.header("Location"), Some(path_of("members", &first.json()).as_str()));
    assert_replayed(&post(&server, &key, "/members", &member).await, &first);
    server.get("/members").await.assert_is(200, &json!([first.json()]));
    // Mails are sent in the order in which they are queued; the next member's comes last.
    let next = server.given_member().await;
    server.mailed_token(&next).await;
    let mails = server.log().lines().iter().filter(|line| line.contains("email_skipped_no_smtp")).count();
    assert_eq!(mails, 2);
}

#[rstest]
#[tokio::test]
async fn a_book_is_lent_once_and_taken_back_once(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (book, borrower) = (server.given_book().await, server.given_borrower().await);
    let (to_borrow, to_return) = (a_key(), a_key());
    let lent = borrow(&borrower, &to_borrow, &book).await;
    assert_eq!(lent.json_of(201)["book_id"], book["id"]);
    assert_replayed(&borrow(&borrower, &to_borrow, &book).await, &lent);

    let path = format!("{}/return", path_of("loans", &lent.json()));
    let returned = post_nothing(&borrower.client, &to_return, &path).await;
    assert_ne!(returned.json_of(200)["returned_at"], Value::Null);
    assert_replayed(&post_nothing(&borrower.client, &to_return, &path).await, &returned);
    // As it was answered then, although the book has come back.
    assert_replayed(&borrow(&borrower, &to_borrow, &book).await, &lent);
    server.given_loan(&borrower, &book).await;
}

#[rstest]
#[tokio::test]
async fn a_key_is_of_one_body_however_the_two_are_written(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (key, isbn) = (a_key(), unique_isbn());
    let isbn = isbn.as_str();
    let first = post_text(&server, &key, "/books", &format!(r#"{{"title":"Emma","author":"Austen","isbn":"{isbn}"}}"#)).await;
    assert_eq!(first.status, 201);
    let same = format!("\n{{ \"isbn\" : \"{isbn}\",\t\"author\": \"Aust\\u0065n\", \"title\": \"Emma\" }}\r\n");
    for key in [key.clone(), format!("\"{key}\"")] {
        assert_replayed(&post_text(&server, &key, "/books", &same).await, &first);
    }
    for other in
        [json!({"title": "Emma", "author": "Austen"}), json!({"title": "Emma", "author": "J. Austen", "isbn": isbn}), json!({})]
    {
        post(&server, &key, "/books", &other).await.assert_problem(&reused());
    }
}

#[rstest]
#[tokio::test]
async fn a_key_is_its_callers_own(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (first, second) = (server.given_borrower().await, server.given_borrower().await);
    let (key, books) = (a_key(), [server.given_book().await, server.given_book().await]);
    let of_first = borrow(&first, &key, &books[0]).await;
    let of_second = borrow(&second, &key, &books[1]).await;
    assert_eq!(of_first.json_of(201)["book_id"], books[0]["id"]);
    assert_eq!(of_second.json_of(201)["book_id"], books[1]["id"]);
    assert_replayed(&borrow(&first, &key, &books[0]).await, &of_first);
    assert_replayed(&borrow(&second, &key, &books[1]).await, &of_second);
    // To one member, a key names one request, whatever route that takes.
    let path = format!("{}/return", path_of("loans", &of_first.json()));
    post_nothing(&first.client, &key, &path).await.assert_problem(&reused());
    // A member who is not asked to log in is anyone.
    assert_eq!(post(&first.client, &key, "/books", &a_book()).await.status, 201);
}

#[rstest]
#[tokio::test]
async fn a_key_of_nobody_who_is_logged_in_is_its_routes_own(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (key, book, member) = (a_key(), a_book(), a_member());
    let added = post(&server, &key, "/books", &book).await;
    let registered = post(&server, &key, "/members", &member).await;
    assert_eq!((added.status, registered.status), (201, 201));
    assert_replayed(&post(&server, &key, "/books", &book).await, &added);
    assert_replayed(&post(&server, &key, "/members", &member).await, &registered);
}

#[rstest]
#[tokio::test]
async fn a_conflict_is_told_again_even_when_its_cause_is_gone(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (key, book) = (a_key(), a_book());
    let first = server.post("/books", book.clone()).await.json_of(201);
    let duplicate = Problem::named(409, "duplicate-isbn", "Duplicate ISBN", "The catalogue already has a book of this ISBN.");
    let refused = post(&server, &key, "/books", &book).await;
    refused.assert_problem(&duplicate);
    assert_eq!(refused.header("Idempotency-Replayed"), None);
    server.delete(&path_of("books", &first)).await.assert_is_empty(204);
    let again = post(&server, &key, "/books", &book).await;
    again.assert_problem(&duplicate);
    assert_eq!(again.header("Idempotency-Replayed"), Some("true"));
    assert_ne!(again.header("X-Request-Id"), refused.header("X-Request-Id"));
    assert_eq!(server.post("/books", book).await.status, 201);
}

#[rstest]
#[tokio::test]
async fn what_could_not_be_accepted_is_told_again(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (key, wrong) = (a_key(), json!({"name": " ", "email": "ada", "password": 1}));
    let email_rule = "must be an email address with a dotted domain, such as name@example.com";
    let invalid = Problem::of_fields(&[("name", "must not be empty"), ("email", email_rule), ("password", "must be a text")]);
    for replayed in [None, Some("true")] {
        let answer = post(&server, &key, "/members", &wrong).await;
        answer.assert_problem(&invalid);
        assert_eq!(answer.header("Idempotency-Replayed"), replayed);
    }
    post(&server, &key, "/members", &a_member()).await.assert_problem(&reused());

    let (book, borrower) = (server.given_book().await, server.given_borrower().await);
    let path = format!("{}/return", path_of("loans", &server.given_loan(&borrower, &book).await));
    assert_eq!(borrower.client.post_nothing(&path).await.status, 200);
    for replayed in [None, Some("true")] {
        let answer = post_nothing(&borrower.client, &key, &path).await;
        answer.assert_problem(&Problem::named(
            422,
            "already-returned",
            "Already returned",
            "The loan has already been returned.",
        ));
        assert_eq!(answer.header("Idempotency-Replayed"), replayed);
    }
}

#[rstest]
#[tokio::test]
async fn what_may_fare_better_next_time_is_not_kept(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (book, member, key) = (server.given_book().await, server.given_member().await, a_key());
    let newcomer = Borrower { client: server.with_token(&server.given_login(&member).await.access), member: member.clone() };
    let nobody = Borrower { client: (*server).clone(), member: member.clone() };
    borrow(&nobody, &key, &book).await.assert_problem(&Problem::no_access_token());
    borrow(&newcomer, &key, &book).await.assert_problem(&Problem::not_verified());
    server.verify(&member).await;
    let missing = json!({"id": NOBODY});
    for _ in 0..2 {
        let answer = borrow(&newcomer, &key, &missing).await;
        answer.assert_problem(&Problem::nothing_of_this_id("book"));
        assert_eq!(answer.header("Idempotency-Replayed"), None);
    }
    // None of these has taken the key.
    let lent = borrow(&newcomer, &key, &book).await;
    assert_eq!((lent.json_of(201)["book_id"].clone(), lent.header("Idempotency-Replayed")), (book["id"].clone(), None));
}

#[rstest]
#[tokio::test]
async fn who_calls_is_settled_before_an_answer_is_told_again(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (book, borrower, key) = (server.given_book().await, server.given_borrower().await, a_key());
    assert_eq!(borrow(&borrower, &key, &book).await.status, 201);
    let nobody = Borrower { client: (*server).clone(), member: borrower.member.clone() };
    for key in [key.as_str(), "no key"] {
        borrow(&nobody, key, &book).await.assert_problem(&Problem::no_access_token());
    }
}

#[rstest]
#[case::of_a_book(false)]
#[case::of_a_loan(true)]
#[tokio::test]
async fn of_sixteen_attempts_at_once_one_takes_effect(#[case] is_loan: bool, #[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (clients, path, bodies) = if is_loan {
        let borrower = server.given_borrower().await;
        let mut bodies = Vec::new();
        for _ in 0..3 {
            bodies.push(json!({"book_id": server.given_book().await["id"], "member_id": borrower.member.id}));
        }
        (clients(&borrower.client), "/loans", bodies)
    } else {
        (clients(&server), "/books", vec![a_book(), a_book(), a_book()])
    };
    for body in bodies {
        let key = a_key();
        let answers = racing(MANY, |number| {
            let (client, key, body) = (clients[number].clone(), key.clone(), body.clone());
            async move { post(&client, &key, path, &body).await }
        })
        .await;
        let first = answers.iter().find(|answer| answer.status == 201 && answer.header("Idempotency-Replayed").is_none());
        let first = first.expect("one took effect");
        let others = answers.iter().filter(|answer| answer.header("X-Request-Id") != first.header("X-Request-Id"));
        for answer in others {
            match answer.status {
                201 => assert_replayed(answer, first),
                _ => assert_in_use(answer),
            }
        }
        assert_replayed(&post(&clients[0], &key, path, &body).await, first);
    }
}

#[rstest]
#[tokio::test]
async fn a_key_that_is_none_is_refused_by_name(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let no_key = Problem::of_fields(&[("Idempotency-Key", "must have 1 to 255 visible ASCII characters")]);
    for key in ["", "\"\"", "a b", "\"a", "\"a\";b", &"x".repeat(256)] {
        post(&server, key, "/books", &a_book()).await.assert_problem(&no_key);
    }
    let twice = server.request("POST", "/books").header("Idempotency-Key", "a").header("Idempotency-Key", "a").json(&a_book());
    server.send(twice).await.assert_problem(&Problem::of_fields(&[("Idempotency-Key", "must be given once")]));
    server.get("/books").await.assert_is(200, &json!([]));
    assert_eq!(post(&server, &"x".repeat(255), "/books", &a_book()).await.status, 201);
}

#[rstest]
#[tokio::test]
async fn an_answer_is_kept_when_the_server_is_killed(#[values(Sqlite, Postgres)] backend: Backend) {
    let mut server = Server::start(backend).await;
    let (key, book) = (a_key(), a_book());
    let first = post(&server, &key, "/books", &book).await;
    assert_eq!(first.status, 201);
    server.restart().await;
    assert_replayed(&post(&server, &key, "/books", &book).await, &first);
}

#[rstest]
#[tokio::test]
async fn a_log_in_is_a_new_one_whatever_its_key(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (member, key) = (server.given_member().await, a_key());
    let body = json!({"email": member.email, "password": PASSWORD});
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let answer = post(&server, &key, "/auth/login", &body).await;
        assert_eq!(answer.header("Idempotency-Replayed"), None);
        tokens.push(Tokens::of(&answer.json_of(200)));
    }
    assert_ne!(tokens[0].access, tokens[1].access);
    assert_ne!(tokens[0].refresh, tokens[1].refresh);
    assert_eq!(post(&server, &key, "/auth/login", &json!({"email": member.email, "password": "wrong"})).await.status, 401);
    if backend == Postgres {
        assert_eq!(kept(&server).await, [""; 0]);
    }
}

#[tokio::test]
async fn what_is_kept_of_a_member_goes_with_them() {
    let server = Server::start(Postgres).await;
    let (key, registration, book) = (a_key(), a_member(), server.given_book().await);
    let member = post(&server, &key, "/members", &registration).await.json_of(201);
    let (borrower, other) = (server.given_borrower().await, server.given_borrower().await);
    let lent = borrow(&borrower, &key, &book).await;
    assert_eq!(borrow(&borrower, &a_key(), &book).await.status, 409);
    let path = format!("{}/return", path_of("loans", &lent.json()));
    assert_eq!(post_nothing(&borrower.client, &a_key(), &path).await.status, 200);
    let of_other = borrow(&other, &key, &book).await;
    assert_eq!((of_other.status, kept(&server).await.len()), (201, 5));

    server.delete(&path_of("members", &member)).await.assert_is_empty(204);
    server.delete(&borrower.member.path()).await.assert_is_empty(204);

    assert_eq!(kept(&server).await.len(), 1);
    assert_replayed(&borrow(&other, &key, &book).await, &of_other);
    // The key of the registration is free, and so is the address.
    let again = post(&server, &key, "/members", &registration).await;
    assert_ne!(again.json_of(201)["id"], member["id"]);
}

#[tokio::test]
async fn neither_a_key_nor_a_password_is_kept_and_nothing_at_all_without_a_key() {
    let server = Server::start(Postgres).await;
    let key = a_key();
    server.given_book().await;
    server.given_member().await;
    assert_eq!(kept(&server).await, [""; 0]);
    assert_eq!(post(&server, &key, "/members", &a_member()).await.status, 201);
    assert_eq!(kept(&server).await.len(), 1);
    let in_hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let secrets = [key.clone(), in_hex(&key), PASSWORD.to_owned(), in_hex(PASSWORD)];
    for row in every_row(server.storage()).await {
        assert!(!secrets.iter().any(|secret| row.contains(secret)), "{row}");
    }
}

#[tokio::test]
async fn a_key_is_free_again_after_a_day_and_swept() {
    let mut server = Server::start(Postgres).await;
    let (key, book) = (a_key(), a_book());
    assert_eq!(post(&server, &key, "/books", &book).await.status, 201);
    a_day_passes(&server).await;
    assert_eq!(post(&server, &key, "/books", &a_book()).await.status, 201);
    assert_eq!(post(&server, &a_key(), "/books", &a_book()).await.status, 201);
    assert_eq!(kept(&server).await.len(), 2);
    a_day_passes(&server).await;
    server.restart().await;
    eventually("a sweep", async || kept(&server).await.is_empty().then_some(())).await;
}

/// Makes what is kept a day older.
async fn a_day_passes(server: &Server) {
    let client = postgres(server.storage()).await;
    let older = "UPDATE idempotency_claims SET claimed_at = claimed_at - interval '1 day', leased_until = leased_until - interval '1 day'";
    client.execute(older, &[]).await.expect("they are older");
}

/// The claims that PostgreSQL holds.
async fn kept(server: &Server) -> Vec<String> {
    every_row(server.storage()).await.into_iter().filter(|row| row.starts_with("idempotency_claims: ")).collect()
}

#[track_caller]
fn assert_replayed(answer: &Answer, first: &Answer) {
    assert_eq!((answer.status, &answer.text), (first.status, &first.text), "{answer:#?}");
    for name in ["Content-Type", "Location"] {
        assert_eq!(answer.header(name), first.header(name), "{name}");
    }
    assert_eq!((first.header("Idempotency-Replayed"), answer.header("Idempotency-Replayed")), (None, Some("true")));
}

#[track_caller]
fn assert_in_use(answer: &Answer) {
    let detail = "A request with this Idempotency-Key is still being worked on. Please try again.";
    answer.assert_problem(&Problem::named(409, "idempotency-key-in-use", "Idempotency key in use", detail));
    assert_eq!(answer.header("Retry-After"), Some("1"));
}

fn reused() -> Problem {
    let detail = "This Idempotency-Key was given to another request.";
    Problem::named(422, "idempotency-key-reused", "Idempotency key reused", detail)
}

async fn post(client: &Client, key: &str, path: &str, body: &Value) -> Answer {
    client.send(client.request("POST", path).header("Idempotency-Key", key).json(body)).await
}

async fn post_text(client: &Client, key: &str, path: &str, body: &str) -> Answer {
    let request = client.request("POST", path).header("Idempotency-Key", key).header("Content-Type", "application/json");
    client.send(request.body(body.to_owned())).await
}

async fn post_nothing(client: &Client, key: &str, path: &str) -> Answer {
    client.send(client.request("POST", path).header("Idempotency-Key", key)).await
}

async fn borrow(borrower: &Borrower, key: &str, book: &Value) -> Answer {
    post(&borrower.client, key, "/loans", &json!({"book_id": book["id"], "member_id": borrower.member.id})).await
}

/// A client for each attempt, with connections of its own.
fn clients(client: &Client) -> Vec<Client> {
    (0..MANY).map(|_| client.another()).collect()
}

fn a_key() -> String {
    unique_id().to_string()
}

fn a_book() -> Value {
    json!({"title": "Middlemarch", "author": "George Eliot", "isbn": unique_isbn().as_str()})
}

fn a_member() -> Value {
    json!({"name": "Ada Lovelace", "email": unique_email().as_str(), "password": PASSWORD})
}
