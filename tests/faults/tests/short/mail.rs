use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Command, LIMIT, PASSWORD, Server, eventually,
};
use library_faults::{Outcome, Sql, among_others};
use library_testkit::{
    servers::{Behaviour, SmtpServer},
    unique_email,
};
use rstest::rstest;
use serde_json::json;
use std::time::{Duration, Instant};

const MEMBERS: usize = 4;

/// What registrations may take together, each of which hashes a password: far less than the mail server below takes for one mail.
const UNAFFECTED: Duration = Duration::from_secs(6);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Dead,
    Slow,
    DroppingInTheMiddle,
}

#[rstest]
#[case(Fault::Dead, Sqlite)]
#[case(Fault::Slow, Postgres)]
#[case(Fault::DroppingInTheMiddle, Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn members_register_whatever_the_mail_server_does_and_get_their_mail_when_it_is_back(
    #[case] fault: Fault,
    #[case] backend: Backend,
) {
    let _others = among_others().await;
    let smtp = SmtpServer::start();
    let server = sending_by(&smtp, backend).await;
    match fault {
        Fault::Dead => smtp.stop().await,
        Fault::Slow => smtp.behave(Behaviour::Slow(Duration::from_secs(3))),
        Fault::DroppingInTheMiddle => smtp.behave(Behaviour::DropDuringData),
    }
    let addresses: Vec<_> = (0..MEMBERS).map(|_| unique_email().as_str().to_owned()).collect();
    register(&server, &addresses).await;
    if fault != Fault::Slow {
        server.log().wait_for("notification_postponed", |event| event["attempt"] == 1).await;
    }
    assert!(smtp.mails().is_empty(), "{:#?}", smtp.mails());

    smtp.behave(Behaviour::Accept);
    if fault == Fault::Dead {
        smtp.restart().await;
    }
    let mails = smtp.wait_for_mails(MEMBERS, LIMIT).await;
    let mut recipients: Vec<_> = mails.into_iter().flat_map(|mail| mail.to).collect();
    let mut expected = addresses;
    recipients.sort_unstable();
    expected.sort_unstable();
    assert_eq!(recipients, expected);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_the_mail_server_refuses_fails_at_last_and_is_listed_and_keeps_no_other_waiting(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let _others = among_others().await;
    let smtp = SmtpServer::start();
    let server = sending_by(&smtp, backend).await;
    let addresses: Vec<_> = (0..MEMBERS).map(|_| unique_email().as_str().to_owned()).collect();
    smtp.behave(Behaviour::RejectRecipient(addresses[0].clone()));
    register(&server, &addresses).await;
    let mails = smtp.wait_for_mails(MEMBERS - 1, LIMIT).await;
    assert!(mails.iter().all(|mail| !mail.to.contains(&addresses[0])), "{mails:#?}");
    server.log().wait_for("notification_postponed", |event| event["attempt"] == 1).await;
    // The attempts between the first and the last take minutes, because each waits longer than the one before.
    Sql::of(server.storage()).run("UPDATE notifications SET attempts = 9, due_at = queued_at").await;
    let refused = server.get(&format!("/members?email={}", addresses[0])).await.json_of(200)[0]["id"].clone();
    eventually("one mail that is given up, and no other in the queue", async || {
        let list = Command::new(["notifications", "list"]).with("DATABASE_URL", server.storage().database_url()).run().await;
        let is_it = list.stdout.contains(refused.as_str().expect("an id")) && list.stdout.contains(", failed at ");
        (is_it && list.stdout.lines().count() == 1).then_some(())
    })
    .await;
}

async fn sending_by(smtp: &SmtpServer, backend: Backend) -> Server {
    let builder = Server::builder(backend).await.with("SMTP_HOST", "127.0.0.1").with("SMTP_PORT", smtp.port().to_string());
    builder.start().await
}

async fn register(server: &Server, addresses: &[String]) {
    let began = Instant::now();
    for address in addresses {
        let member = json!({"name": "Ada", "email": address, "password": PASSWORD});
        let outcome = Outcome::of(server.request("POST", "/members").json(&member)).await;
        assert_eq!(outcome.reply().map(|reply| reply.status), Some(201), "{outcome}");
    }
    assert!(began.elapsed() < UNAFFECTED, "{:?}", began.elapsed());
}
