use crate::databases::postgres;
use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Problem, Server, eventually,
};
use rstest::rstest;
use serde_json::{Value, json};

const PATH: &str = "/members/verify/resend";

fn accepted() -> Value {
    json!({"detail": "If this is the address of a member who has yet to verify it, a mail is on its way."})
}

#[rstest]
#[tokio::test]
async fn another_mail_verifies_a_member_and_nobody_learns_who_is_one(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let (member, verified) = (server.given_member().await, server.given_verified_member().await);
    server.mailed_token(&member).await;
    for email in [member.email.to_uppercase(), verified.email.clone(), "nobody@example.com".to_owned()] {
        server.post(PATH, json!({"email": email})).await.assert_is(202, &accepted());
    }
    let second = eventually("a second mail", async || {
        let mails = server.mails_to(&member.email);
        assert!(mails.len() <= 2, "{mails:#?}");
        mails.into_iter().nth(1)
    })
    .await;
    server.post("/members/verify", json!({"token": library_e2e::token_in(&second)})).await.assert_is(200, &member.body(true));
    // A mail to the others would have come before that of a member who registers now.
    server.verify(&server.given_member().await).await;
    assert_eq!((server.mails_to(&verified.email).len(), server.mails_to("nobody@example.com").len()), (1, 0));
}

#[rstest]
#[tokio::test]
async fn what_is_no_address_is_a_422(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let cases = [
        (json!({}), "is required"),
        (json!({"email": Value::Null}), "is required"),
        (json!({"email": 1}), "must be a text"),
        (json!({"email": "ada"}), "must be an email address with a dotted domain, such as name@example.com"),
    ];
    for (body, rule) in cases {
        server.post(PATH, body).await.assert_problem(&Problem::of_fields(&[("email", rule)]));
    }
}

#[tokio::test]
async fn many_requests_queue_one_mail_while_none_is_sent() {
    // With its mail server away, the first mail is tried and postponed; what is asked for after that waits untried for half a second.
    let builder = Server::builder(Postgres).await.with("SMTP_HOST", "127.0.0.1").with("SMTP_PORT", "1");
    let server = builder.start().await;
    let member = server.given_member().await;
    let database = postgres(server.storage()).await;
    for _ in 0..20 {
        server.post(PATH, json!({"email": member.email})).await.assert_is(202, &accepted());
        let untried = "SELECT count(*) FROM notifications WHERE attempts = 0 AND last_error IS NULL";
        let count: i64 = database.query_one(untried, &[]).await.expect("a count").get(0);
        assert!(count <= 1, "{count} wait untried");
    }
}
