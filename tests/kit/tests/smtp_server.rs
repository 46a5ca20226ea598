//! The throwaway mail server does what the tests that stand on it believe.

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::Mailbox,
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};
use library_testkit::servers::{Behaviour, SmtpServer};
use std::time::{Duration, Instant};
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(10);

/// Long enough for an answer, short enough to wait for one that does not come.
const MOMENT: Duration = Duration::from_millis(300);

#[tokio::test]
async fn a_mail_is_kept_as_it_was_sent() {
    let server = SmtpServer::start();
    let body = "Dear Zoë,\n\n.a line that begins with a dot\nhttp://localhost/verify?token=abc==\n";
    send(&server, mail_with(body)).await.expect("the server takes it");

    let mails = server.wait_for_mails(1, SOON).await;
    let [mail] = mails.as_slice() else { panic!("one was sent, {} came", mails.len()) };
    assert_eq!(mail.from, "library@example.com");
    assert_eq!(mail.to, ["zoe@example.com"]);
    assert_eq!(mail.header("subject").as_deref(), Some("Welcome to the library"));
    assert_eq!(mail.text().trim_end(), body.trim_end());
    assert!(!mail.over_tls);
}

#[tokio::test]
async fn with_tls_and_a_password_only_who_has_both_can_send() {
    let server = SmtpServer::builder().starttls().credentials("clerk", "s3cret").start();
    send(&server, mail()).await.expect_err("neither is given");
    send_over_tls(&server, Credentials::new("clerk".into(), "wrong".into())).await.expect_err("the password is wrong");
    assert_eq!(server.mails(), []);

    send_over_tls(&server, Credentials::new("clerk".into(), "s3cret".into())).await.expect("all is given");
    let mails = server.mails();
    assert!(mails[0].over_tls);
    assert_eq!(mails[0].user.as_deref(), Some("clerk"));
}

#[tokio::test]
async fn a_password_works_without_tls_too() {
    let server = SmtpServer::builder().credentials("clerk", "s3cret").start();
    send(&server, mail()).await.expect_err("no password is given");
    let transport = plain(&server).credentials(Credentials::new("clerk".into(), "s3cret".into())).build();
    transport.send(mail()).await.expect("the password is right");
}

#[tokio::test]
async fn one_recipient_can_be_refused_for_good() {
    let server = SmtpServer::start();
    server.behave(Behaviour::RejectRecipient("zoe@example.com".into()));
    let error = send(&server, mail()).await.expect_err("it is that recipient");
    assert!(error.is_permanent(), "{error}");
    assert_eq!(server.mails(), []);
}

#[tokio::test]
async fn a_busy_server_takes_the_mail_later() {
    let server = SmtpServer::start();
    server.behave(Behaviour::Busy(2));
    for _ in 0..2 {
        let error = send(&server, mail()).await.expect_err("it is busy");
        assert!(error.is_transient(), "{error}");
    }
    send(&server, mail()).await.expect("it has time again");
}

#[tokio::test]
async fn the_connection_can_be_lost_before_and_after_the_mail_is_taken() {
    let server = SmtpServer::start();
    server.behave(Behaviour::DropDuringData);
    send(&server, mail()).await.expect_err("the connection is lost");
    assert_eq!(server.mails(), []);

    server.behave(Behaviour::LoseTheAnswer);
    send(&server, mail()).await.expect_err("the answer is lost");
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn a_silent_server_never_greets_and_a_slow_one_does_in_the_end() {
    let server = SmtpServer::start();
    server.behave(Behaviour::Silent);
    timeout(MOMENT, send(&server, mail())).await.expect_err("nothing comes");

    server.behave(Behaviour::Slow(MOMENT / 4));
    let start = Instant::now();
    send(&server, mail()).await.expect("it comes in the end");
    assert!(start.elapsed() > MOMENT, "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_stopped_server_refuses_connections_until_it_is_started_again() {
    let server = SmtpServer::start();
    server.stop().await;
    send(&server, mail()).await.expect_err("nobody listens");
    server.restart().await;
    send(&server, mail()).await.expect("the port is the same");
}

fn mail() -> Message {
    mail_with("Hello")
}

fn mail_with(body: &str) -> Message {
    Message::builder()
        .from(mailbox("library@example.com"))
        .to(mailbox("zoe@example.com"))
        .subject("Welcome to the library")
        .body(body.to_owned())
        .expect("the mail is complete")
}

fn mailbox(address: &str) -> Mailbox {
    address.parse().expect("it is an address")
}

fn plain(server: &SmtpServer) -> lettre::transport::smtp::AsyncSmtpTransportBuilder {
    AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("localhost").port(server.port()).timeout(Some(SOON))
}

async fn send(server: &SmtpServer, mail: Message) -> Result<(), lettre::transport::smtp::Error> {
    plain(server).build().send(mail).await.map(drop)
}

async fn send_over_tls(server: &SmtpServer, credentials: Credentials) -> Result<(), lettre::transport::smtp::Error> {
    let ca = Certificate::from_pem(server.ca_pem().expect("it has TLS").as_bytes()).expect("it is a certificate");
    let tls = TlsParameters::builder("localhost".into()).add_root_certificate(ca).build().expect("the settings are complete");
    plain(server).tls(Tls::Required(tls)).credentials(credentials).build().send(mail()).await.map(drop)
}
