use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    LIMIT, Server,
};
use library_faults::among_others;
use library_testkit::servers::{Behaviour, SmtpServer};
use rstest::rstest;
use std::time::Duration;

/// How long a notification is held by a server that was killed within an attempt, and then some.
const LEASE: Duration = Duration::from_secs(90);

/// How long the mail server below waits before it says that it has taken a mail: enough to kill who sent it.
const SLOW: Duration = Duration::from_secs(2);

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_whose_sender_was_killed_before_it_heard_the_answer_comes_again_with_its_message_id(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let _others = among_others().await;
    let smtp = SmtpServer::start();
    let builder = Server::builder(backend).await.with("SMTP_HOST", "127.0.0.1").with("SMTP_PORT", smtp.port().to_string());
    let mut server = builder.start().await;
    smtp.behave(Behaviour::Slow(SLOW));
    let member = server.given_member().await;
    // Its data is here, and the answer to it is not on its way yet.
    smtp.wait_for_mails(1, LIMIT).await;
    server.kill();
    smtp.behave(Behaviour::Accept);
    server.restart().await;
    let mails = smtp.wait_for_mails(2, LEASE).await;
    assert!(mails.iter().all(|mail| mail.to == std::slice::from_ref(&member.email)), "{mails:#?}");
    assert_eq!(mails[0].header("Message-ID"), mails[1].header("Message-ID"));
    assert!(mails[0].header("Message-ID").is_some());
}
