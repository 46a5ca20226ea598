//! Mail over SMTP, to a real server that the test starts: sent, refused, slow and broken off, with and without TLS.

use library_notification_domain::{DeliveryError, Notifier};
use library_notification_infra::{SmtpNotifier, SmtpSettings};
use library_shared_domain::NotificationId;
use library_testkit::{
    a_message,
    servers::{Behaviour, SmtpServer},
    unique_id,
};
use std::time::{Duration, Instant};

const WITHIN: Duration = Duration::from_secs(5);

fn settings(server: &SmtpServer) -> SmtpSettings {
    SmtpSettings {
        host: "localhost".to_owned(),
        port: server.port(),
        from: "The Library <library@example.com>".to_owned(),
        credentials: None,
        use_tls: false,
        extra_root_certificate: None,
        limit: SmtpSettings::DEFAULT_LIMIT,
    }
}

fn notifier(settings: &SmtpSettings) -> SmtpNotifier {
    SmtpNotifier::new(settings).expect("settings that can be used")
}

async fn send(settings: &SmtpSettings) -> Result<(), DeliveryError> {
    notifier(settings).send(NotificationId::from(unique_id()), &a_message()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_arrives_as_it_was_composed() {
    let server = SmtpServer::start();
    let (id, message) = (NotificationId::from(unique_id()), a_message());

    notifier(&settings(&server)).send(id, &message).await.expect("sent");

    let mails = server.wait_for_mails(1, WITHIN).await;
    assert_eq!(mails[0].from, "library@example.com");
    assert_eq!(mails[0].to, std::slice::from_ref(&message.recipient.address));
    assert_eq!(mails[0].header("Subject").as_deref(), Some(message.notification.subject.as_str()));
    assert_eq!(mails[0].header("Message-ID").as_deref(), Some(&*format!("<{id}@example.com>")));
    assert_eq!(mails[0].text().replace("\r\n", "\n").trim_end(), message.notification.body.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_has_the_same_message_id() {
    let server = SmtpServer::start();
    let (notifier, id) = (notifier(&settings(&server)), NotificationId::from(unique_id()));
    server.behave(Behaviour::LoseTheAnswer);
    notifier.send(id, &a_message()).await.expect_err("the answer was lost");
    server.behave(Behaviour::Accept);
    notifier.send(id, &a_message()).await.expect("sent again");
    let mails = server.wait_for_mails(2, WITHIN).await;
    assert_eq!(mails[0].header("Message-ID"), mails[1].header("Message-ID"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_refuses_for_now_defers_and_is_there() {
    let server = SmtpServer::start();
    server.behave(Behaviour::Busy(1));
    assert!(matches!(send(&settings(&server)).await, Err(DeliveryError::Deferred { .. })));
    send(&settings(&server)).await.expect("now it takes it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_asked_whether_it_is_there_without_a_mail() {
    let server = SmtpServer::start();
    assert!(notifier(&settings(&server)).is_ready().await);
    server.behave(Behaviour::Silent);
    let impatient = SmtpSettings { limit: Duration::from_millis(200), ..settings(&server) };
    assert!(!notifier(&impatient).is_ready().await);
    server.stop().await;
    assert!(!notifier(&settings(&server)).is_ready().await);
    assert!(server.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_or_breaks_off_is_unavailable() {
    let server = SmtpServer::start();
    server.behave(Behaviour::DropDuringData);
    assert!(matches!(send(&settings(&server)).await, Err(DeliveryError::Unavailable { .. })));
    server.stop().await;
    assert!(matches!(send(&settings(&server)).await, Err(DeliveryError::Unavailable { .. })));
    server.restart().await;
    server.behave(Behaviour::Accept);
    send(&settings(&server)).await.expect("it is back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_server_is_given_up_in_time() {
    let server = SmtpServer::start();
    server.behave(Behaviour::Silent);
    let impatient = SmtpSettings { limit: Duration::from_secs(1), ..settings(&server) };
    let started = Instant::now();
    assert!(matches!(send(&impatient).await, Err(DeliveryError::Unavailable { .. })));
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_recipient_is_rejected_and_their_address_is_not_told() {
    let server = SmtpServer::start();
    let message = a_message();
    let address = message.recipient.address.clone();
    server.behave(Behaviour::RejectRecipient(address.clone()));

    let error = notifier(&settings(&server)).send(NotificationId::from(unique_id()), &message).await.expect_err("refused");

    assert!(matches!(error, DeliveryError::Rejected { .. }), "{error:?}");
    assert!(!error.to_string().contains(&address), "{error}");
    assert!(error.to_string().contains("550"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_tls_the_conversation_and_the_password_are_encrypted() {
    let server = SmtpServer::builder().starttls().credentials("library", "secret").start();
    let settings = SmtpSettings {
        use_tls: true,
        credentials: Some(("library".to_owned(), "secret".to_owned())),
        extra_root_certificate: server.ca_pem().map(|pem| pem.as_bytes().to_vec()),
        ..settings(&server)
    };
    send(&settings).await.expect("sent");
    let mails = server.wait_for_mails(1, WITHIN).await;
    assert!(mails[0].over_tls);
    assert_eq!(mails[0].user.as_deref(), Some("library"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_prove_who_it_is_gets_nothing() {
    let server = SmtpServer::builder().starttls().start();
    let untrusted = SmtpSettings { use_tls: true, ..settings(&server) };
    let error = send(&untrusted).await.expect_err("refused");
    assert!(matches!(error, DeliveryError::Unavailable { .. }), "{error:?}");
    assert!(error.to_string().contains("the mail server's certificate was refused: UnknownIssuer"), "{error}");
    assert!(server.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn with_tls_asked_for_a_server_without_it_gets_nothing() {
    let server = SmtpServer::start();
    let insisting = SmtpSettings { use_tls: true, ..settings(&server) };
    assert!(matches!(send(&insisting).await, Err(DeliveryError::Unavailable { .. })));
    assert!(server.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_of_ours_is_not_the_recipients_fault() {
    let server = SmtpServer::builder().starttls().credentials("library", "secret").start();
    let settings = SmtpSettings {
        use_tls: true,
        credentials: Some(("library".to_owned(), "wrong".to_owned())),
        extra_root_certificate: server.ca_pem().map(|pem| pem.as_bytes().to_vec()),
        ..settings(&server)
    };
    let error = send(&settings).await.expect_err("refused");
    assert!(error.to_string().contains("535"), "{error}");
    assert!(server.mails().is_empty());
}
