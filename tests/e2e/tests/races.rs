//! Many clients at once: what the library promises holds whoever comes first, and nobody is told that it is the server's fault.
//!
//! Every answer of the [`Client`] is checked to be none of 5xx.

use library_e2e::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Borrower, Client, PASSWORD, Server, Tokens, racing, token_in,
};
use rstest::rstest;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How many come at once, and how often what depends on luck is repeated.
const MANY: usize = 16;
const EIGHT: usize = 8;

#[rstest]
#[tokio::test]
async fn of_sixteen_borrowers_of_one_book_one_gets_it(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let borrowers = server.given_borrowers(MANY).await;
    warm_up(borrowers.iter().map(|borrower| borrower.client.clone()).collect()).await;
    for _ in 0..3 {
        let book = server.given_book().await;
        let answers = racing(MANY, |number| borrow(&borrowers[number], &book)).await;
        assert_eq!(tally(&answers), BTreeMap::from([(201, 1), (409, MANY - 1)]));
        let loan = winner(&answers, 201);
        assert_eq!(loan["book_id"], book["id"]);
        // It is the only one: once it is returned, the book can be lent again.
        let returned = borrowers[0].client.post_nothing(&return_path(&loan)).await.json_of(200);
        assert_eq!(returned["id"], loan["id"]);
        server.given_loan(&borrowers[0], &book).await;
    }
}

#[rstest]
#[tokio::test]
async fn of_sixteen_returns_of_one_loan_one_counts(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let borrowers = server.given_borrowers(MANY).await;
    warm_up(borrowers.iter().map(|borrower| borrower.client.clone()).collect()).await;
    let book = server.given_book().await;
    for _ in 0..3 {
        let loan = server.given_loan(&borrowers[0], &book).await;
        let answers = racing(MANY, |number| {
            let (client, path) = (borrowers[number].client.clone(), return_path(&loan));
            async move { client.post_nothing(&path).await }
        })
        .await;
        assert_eq!(tally(&answers), BTreeMap::from([(200, 1), (422, MANY - 1)]));
        for answer in answers.iter().filter(|answer| answer.status == 422) {
            assert_eq!(answer.json()["title"], "Already returned");
        }
    }
}

#[rstest]
#[tokio::test]
async fn of_eight_registrations_with_one_address_one_is_taken(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let clients = warm_up((0..EIGHT).map(|_| server.another()).collect()).await;
    for round in 0..3 {
        let answers = racing(EIGHT, |number| {
            // The same address, with one letter or another in upper case.
            let mut email = format!("ada.lovelace{round}@example.com");
            email[number..=number].make_ascii_uppercase();
            let (client, body) = (clients[number].clone(), json!({"name": "Ada", "email": email, "password": PASSWORD}));
            async move { client.post("/members", body).await }
        })
        .await;
        assert_eq!(tally(&answers), BTreeMap::from([(201, 1), (409, EIGHT - 1)]));
    }
    assert_eq!(server.get("/members").await.json().as_array().map(Vec::len), Some(3));
}

#[rstest]
#[tokio::test]
async fn of_eight_books_with_one_isbn_one_is_taken(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let clients = warm_up((0..EIGHT).map(|_| server.another()).collect()).await;
    for isbn in ["9780141439549", "3-522-17750-X", "978 0 14 143958 7"] {
        let answers = racing(EIGHT, |number| {
            let body = json!({"title": format!("Book {number}"), "author": "Somebody", "isbn": isbn});
            let client = clients[number].clone();
            async move { client.post("/books", body).await }
        })
        .await;
        assert_eq!(tally(&answers), BTreeMap::from([(201, 1), (409, EIGHT - 1)]));
        let book = winner(&answers, 201);
        server.get(&book_path(&book)).await.assert_is(200, &book);
    }
    assert_eq!(server.get("/books").await.json().as_array().map(Vec::len), Some(3));
}

#[rstest]
#[tokio::test]
async fn two_changes_of_one_book_are_made_whole_one_after_the_other(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let clients = warm_up((0..2).map(|_| server.another()).collect()).await;
    let book = server.given_book().await;
    let path = book_path(&book);
    for round in 0..MANY {
        let answers = racing(2, |number| {
            let text = format!("{round}, {number}");
            let body = json!({"title": text, "author": text, "description": text});
            let (client, path) = (clients[number].clone(), path.clone());
            async move { client.put(&path, body).await }
        })
        .await;
        for (number, answer) in answers.iter().enumerate() {
            assert_eq!(answer.json_of(200)["title"], format!("{round}, {number}"));
        }
        let now = server.get(&path).await.json_of(200);
        assert!(answers.iter().any(|answer| answer.json() == now), "{now} is neither of {answers:#?}");
    }
}

#[rstest]
#[tokio::test]
async fn sixteen_changes_of_one_book_are_all_made(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let clients = warm_up((0..MANY).map(|_| server.another()).collect()).await;
    let book = server.given_book().await;
    let path = book_path(&book);
    let answers = racing(MANY, |number| {
        let text = format!("by {number}");
        let body = json!({"title": text, "author": text, "description": text});
        let (client, path) = (clients[number].clone(), path.clone());
        async move { client.put(&path, body).await }
    })
    .await;
    assert_eq!(tally(&answers), BTreeMap::from([(200, MANY)]));
    let now = server.get(&path).await.json_of(200);
    assert!(answers.iter().any(|answer| answer.json() == now), "{now}");
}

#[rstest]
#[tokio::test]
async fn sixteen_patches_of_different_fields_all_survive(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let clients = warm_up((0..MANY).map(|_| server.another()).collect()).await;
    let (book, fields) = (server.given_book().await, ["title", "author", "description"]);
    let path = book_path(&book);
    for round in 0..3 {
        let answers = racing(MANY, |number| {
            let (client, path) = (clients[number].clone(), path.clone());
            let patch = json!({fields[number % fields.len()]: format!("{round}, {number}")});
            async move { client.patch(&path, patch).await }
        })
        .await;
        assert_eq!(tally(&answers), BTreeMap::from([(200, MANY)]));
        // Each has made a state of its own, which shows what it was to change.
        let mut states: Vec<usize> =
            answers.iter().map(|answer| answer.etag().trim_matches('"').parse().expect("a number")).collect();
        states.sort_unstable();
        let first = 2 + round * MANY;
        assert_eq!(states, (first..first + MANY).collect::<Vec<_>>());
        for (number, answer) in answers.iter().enumerate() {
            assert_eq!(answer.json()[fields[number % fields.len()]], format!("{round}, {number}"));
        }
        let now = server.get(&path).await;
        assert_eq!(now.etag(), format!("\"{}\"", first + MANY - 1));
        for (index, field) in fields.iter().enumerate() {
            let written = (0..MANY).filter(|number| number % fields.len() == index).map(|number| format!("{round}, {number}"));
            assert!(written.into_iter().any(|text| now.json()[field] == text), "the last {field} is lost: {now:#?}");
        }
    }
}

#[rstest]
#[case("PUT")]
#[case("PATCH")]
#[tokio::test]
async fn of_sixteen_changes_of_one_expected_state_one_is_made(
    #[case] method: &'static str,
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = Server::start(backend).await;
    let clients = warm_up((0..MANY).map(|_| server.another()).collect()).await;
    let path = book_path(&server.given_book().await);
    for _ in 0..3 {
        let etag = server.get(&path).await.etag().to_owned();
        let answers = racing(MANY, |number| {
            let text = format!("by {number}");
            let body = json!({"title": text, "author": text, "description": text});
            let request = clients[number].request(method, &path).header("If-Match", &etag).json(&body);
            let client = clients[number].clone();
            async move { client.send(request).await }
        })
        .await;
        assert_eq!(tally(&answers), BTreeMap::from([(200, 1), (412, MANY - 1)]));
        server.get(&path).await.assert_is(200, &winner(&answers, 200));
    }
}

#[rstest]
#[tokio::test]
async fn a_book_that_is_changed_while_its_state_is_deleted_is_one_or_the_other(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let clients = warm_up((0..2).map(|_| server.another()).collect()).await;
    for round in 0..MANY {
        let path = book_path(&server.given_book().await);
        let changer_at = round % 2;
        let answers = racing(2, |number| {
            let (client, path) = (clients[number].clone(), path.clone());
            let deletion = client.request("DELETE", &path).header("If-Match", "\"1\"");
            async move {
                if number == changer_at {
                    client.patch(&path, json!({"title": "Emma"})).await
                } else {
                    client.send(deletion).await
                }
            }
        })
        .await;
        let (changed, deleted) = (&answers[changer_at], &answers[1 - changer_at]);
        match (changed.status, deleted.status) {
            (200, 412) => server.get(&path).await.assert_is(200, &changed.json()),
            (404, 204) => assert_eq!(server.get(&path).await.status, 404),
            other => panic!("changing and deleting a book at once: {other:?}"),
        }
    }
}

#[rstest]
#[tokio::test]
async fn of_sixteen_refreshes_with_one_token_one_wins_and_the_session_goes_on(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let clients = warm_up((0..MANY).map(|_| server.another()).collect()).await;
    let member = server.given_member().await;
    let mut tokens = server.given_login(&member).await;
    for _ in 0..3 {
        let answers = racing(MANY, |number| {
            let (client, body) = (clients[number].clone(), json!({"refresh_token": tokens.refresh}));
            async move { client.post("/auth/refresh", body).await }
        })
        .await;
        assert_eq!(tally(&answers), BTreeMap::from([(200, 1), (401, MANY - 1)]));
        tokens = Tokens::of(&winner(&answers, 200));
    }
}

#[rstest]
#[tokio::test]
async fn of_many_who_present_one_reset_token_one_succeeds(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let clients = warm_up((0..EIGHT).map(|_| server.another()).collect()).await;
    for _ in 0..3 {
        let member = server.given_member().await;
        let token = server.mailed_reset_token(&member).await;
        let answers = racing(EIGHT, |number| {
            let body = json!({"token": token, "password": format!("password {number}")});
            let client = clients[number].clone();
            async move { client.post("/auth/password/reset", body).await }
        })
        .await;
        assert_eq!(tally(&answers), BTreeMap::from([(204, 1), (401, EIGHT - 1)]));
        for (number, answer) in answers.iter().enumerate() {
            let login = json!({"email": member.email, "password": format!("password {number}")});
            let expected = if answer.status == 204 { 200 } else { 401 };
            assert_eq!(server.post("/auth/login", login).await.status, expected);
        }
    }
}

#[rstest]
#[tokio::test]
async fn no_session_that_was_begun_with_the_old_password_outlives_a_reset(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let clients = warm_up((0..EIGHT).map(|_| server.another()).collect()).await;
    for _ in 0..3 {
        let member = server.given_member().await;
        let token = server.mailed_reset_token(&member).await;
        let answers = racing(EIGHT, |number| {
            let (client, email, token) = (clients[number].clone(), member.email.clone(), token.clone());
            async move {
                match number {
                    0 => client.post("/auth/password/reset", json!({"token": token, "password": "another password"})).await,
                    _ => client.post("/auth/login", json!({"email": email, "password": PASSWORD})).await,
                }
            }
        })
        .await;
        answers[0].assert_is_empty(204);
        for login in &answers[1..] {
            if login.status == 200 {
                let tokens = Tokens::of(&login.json());
                assert_eq!(server.post("/auth/refresh", json!({"refresh_token": tokens.refresh})).await.status, 401);
            } else {
                assert_eq!(login.status, 401);
            }
        }
        // None that nobody was told of, either.
        let login = server.post("/auth/login", json!({"email": member.email, "password": "another password"})).await;
        let caller = server.with_token(&Tokens::of(&login.json_of(200)).access);
        assert_eq!(caller.get("/auth/sessions").await.json().as_array().map(Vec::len), Some(1));
    }
}

#[rstest]
#[tokio::test]
async fn of_sixteen_changes_of_one_expected_state_of_a_member_one_is_made(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let tokens = server.given_login(&server.given_member().await).await;
    let clients = warm_up((0..MANY).map(|_| server.another().with_token(&tokens.access)).collect()).await;
    for _ in 0..3 {
        let etag = clients[0].get("/members/me").await.etag().to_owned();
        let answers = racing(MANY, |number| {
            let body = json!({"name": format!("by {number}"), "email": format!("by{number}@example.com")});
            let request = clients[number].request("PATCH", "/members/me").header("If-Match", &etag).json(&body);
            let client = clients[number].clone();
            async move { client.send(request).await }
        })
        .await;
        assert_eq!(tally(&answers), BTreeMap::from([(200, 1), (412, MANY - 1)]));
        clients[0].get("/members/me").await.assert_is(200, &winner(&answers, 200));
    }
}

#[rstest]
#[tokio::test]
async fn of_eight_who_replace_one_password_one_succeeds(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let member = server.given_member().await;
    let tokens = server.given_login(&member).await;
    let clients = warm_up((0..EIGHT).map(|_| server.another().with_token(&tokens.access)).collect()).await;
    let answers = racing(EIGHT, |number| {
        let body =
            json!({"name": format!("by {number}"), "password": format!("password {number}"), "current_password": PASSWORD});
        let client = clients[number].clone();
        async move { client.patch("/members/me", body).await }
    })
    .await;
    assert_eq!(tally(&answers), BTreeMap::from([(200, 1), (422, EIGHT - 1)]));
    let changed = answers.iter().position(|answer| answer.status == 200).expect("there is one");
    server.get(&member.path()).await.assert_is(200, &answers[changed].json());
    let login = json!({"email": member.email, "password": format!("password {changed}")});
    assert_eq!(server.post("/auth/login", login).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn of_eight_who_prove_one_address_one_gets_it(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let clients = warm_up((0..EIGHT).map(|_| server.another()).collect()).await;
    for round in 0..2 {
        let (address, mut tokens) = (format!("somebody{round}@example.com"), Vec::new());
        for number in 0..EIGHT {
            let login = server.given_login(&server.given_member().await).await;
            // In another spelling each, so that each mail is found.
            let spelling = format!("{}{}", address[..=number].to_uppercase(), &address[number + 1..]);
            let client = server.with_token(&login.access);
            client.patch("/members/me", json!({"email": spelling})).await.assert_status(200);
            tokens.push(token_in(&server.mail_with(&spelling, "this is to be your address").await));
        }
        let answers = racing(EIGHT, |number| {
            let (client, body) = (clients[number].clone(), json!({"token": tokens[number]}));
            async move { client.post("/members/verify", body).await }
        })
        .await;
        assert_eq!(tally(&answers), BTreeMap::from([(200, 1), (409, EIGHT - 1)]));
        server.get(&format!("/members?email={address}")).await.assert_is(200, &json!([winner(&answers, 200)]));
    }
}

#[rstest]
#[tokio::test]
async fn a_book_that_is_deleted_while_it_is_borrowed_is_one_or_the_other(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let borrower = server.given_borrower().await;
    let clients = warm_up(vec![server.another(), borrower.client.clone()]).await;
    for round in 0..MANY {
        let book = server.given_book().await;
        match borrow_while_deleting(&clients[0], &borrower, &book, book_path(&book), round).await {
            [201, 409] => server.get(&book_path(&book)).await.assert_is(200, &book),
            [404, 204] => assert_eq!(server.get(&book_path(&book)).await.status, 404),
            other => panic!("borrowing and deleting a book at once: {other:?}"),
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_member_who_is_deleted_while_they_borrow_is_one_or_the_other(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let librarian = server.given_borrower().await;
    let clients = warm_up(vec![server.another(), librarian.client.clone()]).await;
    for round in 0..MANY {
        let (book, member) = (server.given_book().await, server.given_member().await);
        let borrower = Borrower { client: librarian.client.clone(), member: member.clone() };
        match borrow_while_deleting(&clients[0], &borrower, &book, member.path(), round).await {
            [201, 409] => server.get(&member.path()).await.assert_is(200, &member.body(false)),
            [404, 204] => {
                assert_eq!(server.get(&member.path()).await.status, 404);
                // No loan of theirs stands in the way of the next.
                server.given_loan(&librarian, &book).await;
            }
            other => panic!("borrowing and deleting a member at once: {other:?}"),
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_member_who_is_deleted_while_they_log_in_leaves_no_session(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let clients = warm_up((0..2).map(|_| server.another()).collect()).await;
    for _ in 0..EIGHT {
        let member = server.given_member().await;
        let answers = racing(2, |number| {
            let (client, member) = (clients[number].clone(), member.clone());
            async move {
                match number {
                    0 => client.post("/auth/login", json!({"email": member.email, "password": PASSWORD})).await,
                    _ => client.delete(&member.path()).await,
                }
            }
        })
        .await;
        answers[1].assert_is_empty(204);
        if answers[0].status == 200 {
            let tokens = Tokens::of(&answers[0].json());
            assert_eq!(server.post("/auth/refresh", json!({"refresh_token": tokens.refresh})).await.status, 401);
        } else {
            assert_eq!(answers[0].status, 401);
        }
    }
}

#[rstest]
#[tokio::test]
async fn who_reads_a_book_after_its_change_never_sees_the_old_one(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let clients = warm_up((0..EIGHT).map(|_| server.another()).collect()).await;
    let book = server.given_book().await;
    let path = book_path(&book);
    for round in 0..MANY {
        let title = format!("Edition {round}");
        let answers = racing(EIGHT, |number| {
            let (client, path) = (clients[number].clone(), path.clone());
            let body = json!({"title": title, "author": "a", "description": ""});
            async move {
                // Readers who fill the cache while the writer writes.
                if number == 0 { client.put(&path, body).await } else { client.get(&path).await }
            }
        })
        .await;
        assert_eq!(tally(&answers), BTreeMap::from([(200, EIGHT)]));
        for _ in 0..2 {
            assert_eq!(server.get(&path).await.json_of(200)["title"], title);
        }
    }
}

/// Has each client, and the server for each, open its connections beforehand: who has to open one comes too late to race.
async fn warm_up(clients: Vec<Client>) -> Vec<Client> {
    for _ in 0..3 {
        let answers = racing(clients.len(), |number| {
            let client = clients[number].clone();
            async move { client.get("/members").await }
        })
        .await;
        assert_eq!(tally(&answers), BTreeMap::from([(200, clients.len())]));
    }
    clients
}

/// The statuses of borrowing the book and of deleting what is at this path, at once; now the one sets off first, now the other.
async fn borrow_while_deleting(deleter: &Client, borrower: &Borrower, book: &Value, path: String, round: usize) -> [u16; 2] {
    let borrower_at = round % 2;
    let answers = racing(2, |number| {
        let (loan, deleter, path) = (borrow(borrower, book), deleter.clone(), path.clone());
        async move { if number == borrower_at { loan.await } else { deleter.delete(&path).await } }
    })
    .await;
    [answers[borrower_at].status, answers[1 - borrower_at].status]
}

fn borrow(borrower: &Borrower, book: &Value) -> impl Future<Output = Answer> + Send + 'static {
    let client: Client = borrower.client.clone();
    let body = json!({"book_id": book["id"], "member_id": borrower.member.id});
    async move { client.post("/loans", body).await }
}

fn book_path(book: &Value) -> String {
    format!("/books/{}", book["id"].as_str().expect("an id"))
}

fn return_path(loan: &Value) -> String {
    format!("/loans/{}/return", loan["id"].as_str().expect("an id"))
}

/// How many answers there are of each status.
fn tally(answers: &[Answer]) -> BTreeMap<u16, usize> {
    let mut tally = BTreeMap::new();
    for answer in answers {
        *tally.entry(answer.status).or_default() += 1;
    }
    tally
}

/// The body of the one answer of this status.
fn winner(answers: &[Answer], status: u16) -> Value {
    answers.iter().find(|answer| answer.status == status).expect("there is one").json()
}
