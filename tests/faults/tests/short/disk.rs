use library_e2e::{Backend::Sqlite, Server, Storage};
use library_faults::{Load, Outcome, RECOVERY, SmallDisk, Sql, among_others, book_path, clients_of};
use library_testkit::unique_isbn;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Little, and enough for all that is added here, the log of SQLite included.
const SIZE: usize = 64 * 1_024 * 1_024;

const CLIENTS: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_under_sqlite_refuses_writes_breaks_nothing_and_is_written_to_again_when_there_is_room() {
    let _others = among_others().await;
    let disk = SmallDisk::mount(SIZE);
    let url = format!("sqlite://{}", disk.path().join("library.db").display());
    let mut server = Server::on(&Storage::new(Sqlite).await).with("DATABASE_URL", &url).start().await;
    let before = server.given_book().await;
    let load = Load::start(clients_of(&server, CLIENTS), Duration::from_millis(20), |client, _, _| {
        client.request("POST", "/books").json(&long_book())
    });
    load.wait_for(CLIENTS * 5).await;

    disk.fill();
    let filled = Instant::now();
    load.run_for(Duration::from_secs(1)).await;
    // What is there can be read, cached or not.
    server.get(&book_path(&before)).await.assert_is(200, &before);
    server.get("/books?limit=1&sort=created_at").await.assert_is(200, &json!([before]));
    let ended = Instant::now();
    disk.make_room();
    let freed = Instant::now();
    load.run_for(RECOVERY + Duration::from_secs(1)).await;
    let samples = load.stop().await;

    let is_full = |outcome: &Outcome| outcome.reply().is_some_and(|reply| reply.status == 507) || outcome.asks_for_patience();
    samples.assert_all(CLIENTS, "in all", |outcome| outcome.is_success() || is_full(outcome));
    let meanwhile = samples.between(filled, ended);
    assert!(meanwhile.iter().any(|sample| is_full(&sample.outcome)), "{:?}", meanwhile.tally());
    samples.since(freed + RECOVERY).assert_all(1, "with room", Outcome::is_success);
    // Everything that was acknowledged is there, also for the next server.
    server.restart().await;
    Sql::at(&url).assert_invariants_hold().await;
    let books: Vec<Value> = samples
        .iter()
        .filter_map(|sample| sample.outcome.reply())
        .filter(|reply| reply.status == 201)
        .map(library_faults::Reply::json)
        .collect();
    for book in books {
        server.get(&book_path(&book)).await.assert_is(200, &book);
    }
}

fn long_book() -> Value {
    json!({"title": "Long", "author": "Somebody", "isbn": unique_isbn().as_str(), "description": "many words ".repeat(50)})
}
