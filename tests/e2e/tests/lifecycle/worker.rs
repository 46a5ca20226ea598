#![expect(clippy::float_cmp, reason = "what is counted are whole numbers, which floats hold exactly")]

use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Command, LIMIT, Problem, Scrape, Server, ServerBuilder, Storage, eventually,
};
use library_testkit::servers::{Behaviour, SmtpServer};
use rstest::rstest;
use serde_json::json;
use std::time::{Duration, Instant};

/// What a worker with little to do may take to stop.
const SOON: Duration = Duration::from_secs(10);

#[rstest]
#[tokio::test]
async fn a_server_without_a_worker_queues_and_a_worker_sends(#[values(Sqlite, Postgres)] backend: Backend) {
    let smtp = SmtpServer::start();
    let server = by(Server::builder(backend).await, &smtp).with_option("--no-worker").start().await;
    let member = server.given_member().await;
    let waiting = async || server.get("/health/ready").await.json_of(200)["checks"]["queue"]["backlog"]["waiting"].clone();
    // It would have been taken within half a second.
    let started = Instant::now();
    eventually("a notification that waits", async || {
        assert_eq!(waiting().await, 1);
        (started.elapsed() > Duration::from_secs(2)).then_some(())
    })
    .await;
    assert!(smtp.mails().is_empty());

    let worker = by(Server::worker_on(server.storage()), &smtp).start().await;
    let mails = smtp.wait_for_mails(1, LIMIT).await;
    assert_eq!(mails[0].to, std::slice::from_ref(&member.email));
    eventually("an empty queue", async || (waiting().await == 0).then_some(())).await;
    let sent = |scrape: &Scrape| scrape.value("library_notification_deliveries_total", &[("outcome", "sent")]);
    eventually("a worker that counts what it has sent", async || (sent(&worker.scrape().await) == 1.0).then_some(())).await;
    assert_eq!(sent(&server.scrape().await), 0.0);
}

#[rstest]
#[tokio::test]
async fn a_worker_answers_probes_and_nothing_else(#[values(Sqlite, Postgres)] backend: Backend) {
    let worker = Server::worker_on(&Storage::new(backend).await).start().await;
    for path in ["/health", "/health/live"] {
        worker.get(path).await.assert_is(200, &json!("OK"));
    }
    let ready = worker.get("/health/ready").await.json_of(200);
    // It answers nobody from the cache.
    assert_eq!((&ready["state"], ready["checks"].get("cache")), (&json!("up"), None));
    worker.get("/books").await.assert_problem(&Problem::plain(404, "There is nothing at this path."));
    worker.log().wait_for("worker_started", |event| event["level"] == "INFO").await;
    assert!(worker.log().events_named("server_started").is_empty());
    let check = async |address: &str| Command::new(["healthcheck", "--worker"]).with("METRICS_ADDR", address).run().await.code;
    assert_eq!((check(worker.address()).await, check("127.0.0.1:1").await), (Some(0), Some(1)));
}

#[tokio::test]
async fn a_worker_needs_no_address() {
    let mut worker = Server::worker_on(&Storage::new(Sqlite).await).without("METRICS_ADDR").start().await;
    assert_eq!(worker.address(), "");
    assert_eq!(worker.terminate().await.code(), Some(0));
    assert!(worker.log().events_named("metrics_server_started").is_empty());
}

#[rstest]
#[tokio::test]
async fn a_worker_that_is_told_to_stop_does_so_between_two_mails(#[values(Sqlite, Postgres)] backend: Backend) {
    let smtp = SmtpServer::start();
    smtp.behave(Behaviour::Slow(Duration::from_millis(100)));
    let server = by(Server::builder(backend).await, &smtp).with_option("--no-worker").start().await;
    let mut expected = Vec::new();
    for _ in 0..4 {
        expected.push(server.given_member().await.email);
    }
    let mut worker = by(Server::worker_on(server.storage()), &smtp).start().await;
    smtp.wait_for_mails(1, LIMIT).await;
    let started = Instant::now();
    assert_eq!(worker.terminate().await.code(), Some(0));
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    for event in ["shutdown_started", "shutdown_finished"] {
        assert_eq!(worker.log().events_named(event).len(), 1, "{:#?}", worker.log().lines());
    }
    assert!(worker.log().events_named("shutdown_cut_short").is_empty());
    smtp.behave(Behaviour::Accept);
    worker.restart().await;
    wait_for_an_empty_queue(&server).await;
    // None is lost, and none is sent twice.
    assert_eq!(recipients(&smtp), sorted(expected));
}

#[rstest]
#[tokio::test]
async fn what_a_killed_worker_left_another_sends(#[values(Sqlite, Postgres)] backend: Backend) {
    let smtp = SmtpServer::start();
    let server = by(Server::builder(backend).await, &smtp).with_option("--no-worker").start().await;
    // Nobody takes mail there.
    let nowhere = Server::worker_on(server.storage()).with("SMTP_HOST", "127.0.0.1").with("SMTP_PORT", "1");
    let mut worker = nowhere.start().await;
    let member = server.given_member().await;
    // Within an attempt it would hold the notification for a minute more.
    eventually("a first attempt", async || queue(&server).await.contains("1 attempt(s); ").then_some(())).await;
    worker.kill();
    let _other = by(Server::worker_on(server.storage()), &smtp).start().await;
    smtp.wait_for_mails(1, LIMIT).await;
    wait_for_an_empty_queue(&server).await;
    assert_eq!(recipients(&smtp), [member.email]);
}

#[rstest]
#[tokio::test]
async fn two_workers_send_each_mail_once(#[values(Sqlite, Postgres)] backend: Backend) {
    let smtp = SmtpServer::start();
    smtp.behave(Behaviour::Slow(Duration::from_millis(10)));
    let server = by(Server::builder(backend).await, &smtp).with_option("--no-worker").start().await;
    let worker = || by(Server::worker_on(server.storage()), &smtp);
    let _workers = (worker().start().await, worker().start().await);
    let mut expected = Vec::new();
    for _ in 0..8 {
        expected.push(server.given_member().await.email);
    }
    smtp.wait_for_mails(expected.len(), LIMIT).await;
    wait_for_an_empty_queue(&server).await;
    assert_eq!(recipients(&smtp), sorted(expected));
}

/// A process that sends its mail by this server.
fn by(builder: ServerBuilder, smtp: &SmtpServer) -> ServerBuilder {
    builder.with("SMTP_HOST", "127.0.0.1").with("SMTP_PORT", smtp.port().to_string())
}

async fn wait_for_an_empty_queue(server: &Server) {
    eventually("an empty queue", async || (queue(server).await == "nothing is queued").then_some(())).await;
}

async fn queue(server: &Server) -> String {
    let list = Command::new(["notifications", "list"]).with("DATABASE_URL", server.storage().database_url()).run().await;
    assert_eq!(list.code, Some(0), "{}", list.stderr);
    list.stdout
}

fn recipients(smtp: &SmtpServer) -> Vec<String> {
    sorted(smtp.mails().into_iter().flat_map(|mail| mail.to).collect())
}

fn sorted(mut addresses: Vec<String>) -> Vec<String> {
    addresses.sort_unstable();
    addresses
}
