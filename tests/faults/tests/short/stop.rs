use library_e2e::{
    Backend::{self, Postgres, Sqlite},
    Server,
};
use library_faults::{Load, Outcome, among_others, clients_of, reads_and_writes};
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

const CLIENTS: usize = 16;

/// How long a server may take to end.
const ENDED_WITHIN: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_to_stop_under_load_fails_no_request_that_it_accepted() {
    let _others = among_others().await;
    // Both at once, because most of it is waiting.
    tokio::join!(stop_one_under_load(Sqlite), stop_one_under_load(Postgres));
}

async fn stop_one_under_load(backend: Backend) {
    let mut server = Server::start(backend).await;
    let book = server.given_book().await;
    let load = Load::start(clients_of(&server, CLIENTS), Duration::from_millis(5), reads_and_writes(&book));
    load.wait_for(CLIENTS * 10).await;
    let asked = Instant::now();
    assert_eq!(server.terminate().await.code(), Some(0));
    assert!(asked.elapsed() < ENDED_WITHIN, "{:?}", asked.elapsed());
    let samples = load.stop().await;

    assert!(server.log().events_named("shutdown_cut_short").is_empty());
    let (before, after) = (samples.until(asked), samples.since(asked));
    before.assert_all(CLIENTS, "before", Outcome::is_success);
    // Whoever knocks in the moment in which the door is closed may find it closing: of that connection the server has read nothing.
    let begun = begun(&server);
    assert!(begun.len() > CLIENTS * 10, "the log tells what has begun");
    for sample in after.iter().filter(|sample| begun.contains(&sample.id)) {
        assert!(sample.outcome.is_success(), "{sample:#?}");
    }
    let lost = after.iter().filter(|sample| matches!(sample.outcome, Outcome::Broken(_))).count();
    assert!(lost <= CLIENTS, "{:?}", after.tally());
    after.assert_all(CLIENTS, "after", |outcome| outcome.is_success() || outcome.reply().is_none());
    assert!(after.iter().any(|sample| sample.outcome.is_success()), "{:?}", after.tally());
    assert!(after.iter().any(|sample| matches!(sample.outcome, Outcome::Refused)), "{:?}", after.tally());
}

/// The ids of the requests that the server has begun to answer.
fn begun(server: &Server) -> HashSet<String> {
    let started = server.log().events_named("request_started");
    let ids = started.iter().flat_map(|event| event["spans"].as_array().cloned().unwrap_or_default());
    ids.filter_map(|span| Some(span["request_id"].as_str()?.to_owned())).collect()
}
