use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Problem, Server,
};
use rstest::rstest;
use serde_json::{Value, json};

const PATH: &str = "/auth/password/forgot";

#[rstest]
#[tokio::test]
async fn a_member_gets_a_link_verified_or_not_and_nobody_learns_who_is_one(#[values(Sqlite, Postgres)] backend: Backend) {
    let builder = Server::builder(backend).await.with("APP_BASE_URL", "https://library.example.com/");
    let server = builder.start().await;
    let (member, verified) = (server.given_member().await, server.given_verified_member().await);
    let accepted = json!({"detail": "If this is the address of a member, a mail is on its way."});
    for email in [member.email.to_uppercase(), verified.email.clone(), "nobody@example.com".to_owned()] {
        server.post(PATH, json!({"email": email})).await.assert_is(202, &accepted);
    }
    for member in [&member, &verified] {
        let mail = server.mail_with(&member.email, "/auth/password/reset?token=").await;
        assert!(mail.contains("\n\nhttps://library.example.com/auth/password/reset?token="), "{mail}");
    }
    // A mail to the other would have come before that of a member who registers now.
    server.verify(&server.given_member().await).await;
    assert_eq!(server.mails_to("nobody@example.com"), [""; 0]);
}

#[rstest]
#[tokio::test]
async fn what_is_no_address_is_a_422(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = Server::start(backend).await;
    let cases = [
        (json!({}), "is required"),
        (json!({"email": Value::Null}), "is required"),
        (json!({"email": ["ada@example.com"]}), "must be a text"),
        (json!({"email": "ada@localhost"}), "must be an email address with a dotted domain, such as name@example.com"),
    ];
    for (body, rule) in cases {
        server.post(PATH, body).await.assert_problem(&Problem::of_fields(&[("email", rule)]));
    }
}
