use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Problem, Server, eventually,
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    NOBODY,
    databases::{every_key, every_row},
};

#[rstest]
#[tokio::test]
async fn a_deleted_member_is_gone_at_once(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (member, other) = (server.given_member().await, server.given_member().await);
    let tokens = server.given_login(&member).await;
    server.get(&member.path()).await.assert_is(200, &member.body(false));
    server.delete(&member.path()).await.assert_is_empty(204);
    let gone = Problem::nothing_of_this_id("member");
    server.get(&member.path()).await.assert_problem(&gone);
    server.delete(&member.path()).await.assert_problem(&gone);
    server.get("/members").await.assert_is(200, &json!([other.body(false)]));
    assert_eq!(server.post("/auth/refresh", json!({"refresh_token": tokens.refresh})).await.status, 401);
    // Their address is free again.
    let again = json!({"name": member.name, "email": member.email, "password": library_e2e::PASSWORD});
    assert_ne!(server.post("/members", again).await.json_of(201)["id"], member.id.as_str());
}

#[rstest]
#[tokio::test]
async fn a_member_who_never_was_cannot_be_deleted(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    server.delete(&format!("/members/{NOBODY}")).await.assert_problem(&Problem::nothing_of_this_id("member"));
}

#[rstest]
#[tokio::test]
async fn a_member_with_a_book_on_loan_stays_but_one_who_returned_it_may_go_and_the_loan_stays(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = Server::start(backend).await;
    let (book, borrower, other) = (server.given_book().await, server.given_borrower().await, server.given_borrower().await);
    let loan = server.given_loan(&borrower, &book).await;
    let open_loans =
        Problem::named(409, "open-loans", "Open loans", "The member has books on loan; they have to be returned first.");
    server.delete(&borrower.member.path()).await.assert_problem(&open_loans);
    server.get(&borrower.member.path()).await.assert_is(200, &borrower.member.body(true));
    let return_path = format!("{}/return", crate::path_of("loans", &loan));
    assert_ne!(borrower.client.post_nothing(&return_path).await.json_of(200)["returned_at"], Value::Null);
    server.delete(&borrower.member.path()).await.assert_is_empty(204);
    // The loan is still known: it has been returned, which is another answer than 404.
    other.client.post_nothing(&return_path).await.assert_problem(&Problem::named(
        422,
        "already-returned",
        "Already returned",
        "The loan has already been returned.",
    ));
    server.given_loan(&other, &book).await;
}

#[tokio::test]
async fn nothing_personal_is_left_of_a_deleted_member() {
    let server = Server::start(Postgres).await;
    let (book, borrower) = (server.given_book().await, server.given_borrower().await);
    let member = &borrower.member;
    let loan = server.given_loan(&borrower, &book).await;
    let returned = borrower.client.post_nothing(&format!("{}/return", crate::path_of("loans", &loan))).await;
    assert_eq!(returned.status, 200);
    let storage = server.storage();
    let is_theirs = |entry: &String| [&member.id, &member.name, &member.email].iter().any(|text| entry.contains(*text));
    let tables = |rows: Vec<String>| -> Vec<String> {
        let mut tables: Vec<_> =
            rows.iter().filter(|row| is_theirs(row)).filter_map(|row| Some(row.split_once(": ")?.0.to_owned())).collect();
        tables.sort_unstable();
        tables.dedup();
        tables
    };
    // What will be looked for is there before.
    let before = ["credentials", "loans", "members", "refresh_tokens", "sessions"];
    assert_eq!(tables(every_row(storage).await), before);
    eventually("a cached member", async || {
        server.get(&member.path()).await.assert_is(200, &member.body(true));
        every_key(storage).await.iter().any(is_theirs).then_some(())
    })
    .await;

    server.delete(&member.path()).await.assert_is_empty(204);
    let rows = every_row(storage).await;
    assert_eq!(tables(rows.clone()), ["loans"]);
    assert!(!rows.iter().any(|row| row.contains(&member.name) || row.contains(&member.email)), "{rows:#?}");
    let keys = every_key(storage).await;
    assert!(!keys.iter().any(is_theirs), "{keys:#?}");
}

#[tokio::test]
async fn the_mail_that_waits_for_a_member_goes_with_them() {
    // Nobody listens there, so that the mail has to wait.
    let builder = Server::builder(Postgres).await.with("SMTP_HOST", "127.0.0.1").with("SMTP_PORT", "1");
    let server = builder.start().await;
    let member = server.given_member().await;
    let queued = async || {
        let rows = every_row(server.storage()).await;
        rows.iter().filter(|row| row.starts_with("notifications: ") && row.contains(&member.id)).count()
    };
    assert_eq!(queued().await, 1);
    server.delete(&member.path()).await.assert_is_empty(204);
    assert_eq!(queued().await, 0);
}
