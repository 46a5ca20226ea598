use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Command, LIMIT, Server, ServerBuilder, eventually, token_in,
};
use library_testkit::servers::{Behaviour, SmtpServer};
use rstest::rstest;
use serde_json::json;
use std::{
    net::TcpListener,
    sync::atomic::{AtomicU32, Ordering},
};

#[rstest]
#[tokio::test]
async fn a_member_gets_one_mail_with_a_link(#[values(Sqlite, Postgres)] backend: Backend) {
    let smtp = SmtpServer::start();
    let builder = by(Server::builder(backend).await, &smtp).with("APP_BASE_URL", "https://library.example.com/");
    let server = builder.with("SMTP_FROM", "The Library <desk@library.example.com>").start().await;
    let member = server.given_member().await;
    let mails = smtp.wait_for_mails(1, LIMIT).await;
    let mail = &mails[0];
    assert_eq!((mail.from.as_str(), mail.to.as_slice()), ("desk@library.example.com", std::slice::from_ref(&member.email)));
    assert_eq!(mail.header("Subject").as_deref(), Some("Welcome to the library"));
    assert!(mail.header("From").is_some_and(|from| from.contains("The Library")), "{mail:#?}");
    let token = token_in(&mail.text());
    let link = format!("\n\nhttps://library.example.com/members/verify?token={token}\n\n");
    assert!(mail.text().contains(&link), "{}", mail.text());

    let sent = server.log().wait_for("email_sent", |_| true).await;
    let id = sent["notification_id"].as_str().expect("an id");
    assert_eq!(mail.header("Message-ID"), Some(format!("<{id}@library.example.com>")));
    let log = server.log().lines().join("\n");
    assert!(!log.contains(&member.email) && !log.contains(&token) && !log.contains("email_skipped_no_smtp"), "{log}");

    server.post("/members/verify", json!({"token": token})).await.assert_is(200, &member.body(true));
    wait_for_an_empty_queue(&server).await;
    assert_eq!(smtp.mails().len(), 1);
}

#[rstest]
#[tokio::test]
async fn a_mail_goes_over_tls_and_by_a_user_where_the_settings_say_so(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values("SSL_CERT_FILE", "SMTP_CA_FILE")] trusted_by: &str,
) {
    let smtp = SmtpServer::builder().starttls().credentials("library", "the mail server's password").start();
    let certificate = tempfile::NamedTempFile::new().expect("a file can be made");
    std::fs::write(certificate.path(), smtp.ca_pem().expect("there is TLS")).expect("a file can be written");
    let server = by(Server::builder(backend).await, &smtp)
        .with("SMTP_HOST", "localhost")
        .with("SMTP_USE_TLS", "true")
        .with("SMTP_USERNAME", "library")
        .with("SMTP_PASSWORD", "the mail server's password")
        .with(trusted_by, certificate.path().to_str().expect("a path in UTF-8"))
        .start()
        .await;
    let member = server.given_member().await;
    let mails = smtp.wait_for_mails(1, LIMIT).await;
    assert_eq!((mails[0].over_tls, mails[0].user.as_deref(), &mails[0].to), (true, Some("library"), &vec![member.email]));
}

#[rstest]
#[tokio::test]
async fn a_mail_that_the_server_was_killed_before_is_sent_by_the_next(#[values(Sqlite, Postgres)] backend: Backend) {
    let mut server = nobody_takes_mail(Server::builder(backend).await).start().await;
    let member = server.given_member().await;
    wait_for_a_first_attempt(&server).await;
    server.kill();
    let smtp = SmtpServer::start();
    server.restart_with(|builder| by(builder, &smtp)).await;
    let mails = smtp.wait_for_mails(1, LIMIT).await;
    let token = token_in(&mails[0].text());
    assert_eq!(mails[0].to, std::slice::from_ref(&member.email));
    server.post("/members/verify", json!({"token": token})).await.assert_is(200, &member.body(true));
    wait_for_an_empty_queue(&server).await;
    assert_eq!(smtp.mails().len(), 1);
}

#[rstest]
#[tokio::test]
async fn a_mail_that_the_server_was_killed_before_is_printed_by_the_next(#[values(Sqlite, Postgres)] backend: Backend) {
    let mut server = nobody_takes_mail(Server::builder(backend).await).start().await;
    let member = server.given_member().await;
    wait_for_a_first_attempt(&server).await;
    server.kill();
    server.restart_with(|builder| builder.without("SMTP_HOST")).await;
    server.verify(&member).await;
}

#[rstest]
#[tokio::test]
async fn a_mail_whose_receipt_was_lost_is_sent_again_and_is_recognisable(#[values(Sqlite, Postgres)] backend: Backend) {
    let smtp = SmtpServer::start();
    smtp.behave(Behaviour::LoseTheAnswer);
    let server = by(Server::builder(backend).await, &smtp).start().await;
    server.given_member().await;
    smtp.wait_for_mails(1, LIMIT).await;
    smtp.behave(Behaviour::Accept);
    let mails = smtp.wait_for_mails(2, LIMIT).await;
    assert_eq!(mails[0].header("Message-ID"), mails[1].header("Message-ID"));
    server.log().wait_for("notification_postponed", |event| event["attempt"] == 1).await;
    wait_for_an_empty_queue(&server).await;
}

#[rstest]
#[tokio::test]
async fn two_servers_share_one_queue_and_send_each_mail_once(#[values(Sqlite, Postgres)] backend: Backend) {
    let smtp = SmtpServer::start();
    smtp.behave(Behaviour::Slow(std::time::Duration::from_millis(10)));
    let one = by(Server::builder(backend).await, &smtp).start().await;
    let other = by(Server::on(one.storage()), &smtp).start().await;
    let mut expected = Vec::new();
    for number in 0..12 {
        let server = if number % 2 == 0 { &one } else { &other };
        expected.push(server.given_member().await.email);
    }
    smtp.wait_for_mails(expected.len(), LIMIT).await;
    wait_for_an_empty_queue(&one).await;
    let mut recipients: Vec<_> = smtp.mails().into_iter().flat_map(|mail| mail.to).collect();
    recipients.sort_unstable();
    expected.sort_unstable();
    assert_eq!(recipients, expected);
    // What is logged is read a moment later.
    let sent = |server: &Server| server.log().events_named("email_sent").len();
    eventually("a line for each mail", async || (sent(&one) + sent(&other) == expected.len()).then_some(())).await;
}

#[rstest]
#[tokio::test]
async fn a_mail_is_printed_whatever_the_log_level(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values("ERROR", "CRITICAL", "WARNING")] level: &str,
) {
    // Such a server does not say where it listens, so it is told.
    let port = free_port();
    let builder = Server::builder(backend).await.with("LOG_LEVEL", level).with("PORT", port.to_string());
    let mut server = builder.start_at(&format!("127.0.0.1:{port}")).await;
    let member = server.given_member().await;
    server.verify(&member).await;
    // All that it has said has been read then.
    server.kill();
    let names: Vec<_> = server.log().events().iter().map(|event| event["message"].clone()).collect();
    assert_eq!(names, ["email_skipped_no_smtp"]);
}

/// A server that sends its mail by this one.
fn by(builder: ServerBuilder, smtp: &SmtpServer) -> ServerBuilder {
    builder.with("SMTP_HOST", "127.0.0.1").with("SMTP_PORT", smtp.port().to_string())
}

/// A server whose mail server is away.
fn nobody_takes_mail(builder: ServerBuilder) -> ServerBuilder {
    builder.with("SMTP_HOST", "127.0.0.1").with("SMTP_PORT", "1")
}

/// Until the queue says that sending was tried, and when it will be again: a server that is killed within an attempt holds the
/// notification for a minute more.
async fn wait_for_a_first_attempt(server: &Server) {
    eventually("a first attempt", async || queue(server).await.contains("1 attempt(s); ").then_some(())).await;
}

async fn wait_for_an_empty_queue(server: &Server) {
    eventually("an empty queue", async || (queue(server).await == "nothing is queued").then_some(())).await;
}

async fn queue(server: &Server) -> String {
    let list = Command::new(["notifications", "list"]).with("DATABASE_URL", server.storage().database_url()).run().await;
    assert_eq!(list.code, Some(0), "{}", list.stderr);
    list.stdout
}

/// A port that nobody listens on now, another for each caller, outside the range that the system hands out.
fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = std::process::id().wrapping_mul(31).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(10_240 + number % 20_000).expect("it is below 30,240");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
