//! Many clients do everything at once to a few things, and what each was told is held against a model.

mod client;
mod history;
mod model;
mod world;

use self::{client::TortureClient, history::History, model::assert_agrees, world::World};
use crate::Sql;
use library_e2e::{Backend, Server, Storage};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

const CLIENTS: usize = 64;

/// For how long a server may show what another has changed meanwhile.
const SEEN_WITHIN: Duration = Duration::from_millis(50);

/// Tortures one server on SQLite, or two on PostgreSQL and Redis, for so long. The same seed makes the same choices.
pub async fn what_clients_are_told_agrees(backend: Backend, time: Duration, seed: u64) {
    println!("the seed is {seed}");
    let storage = Storage::new(backend).await;
    let mut servers = vec![Server::on(&storage).start().await];
    if backend == Backend::Postgres {
        // Mail is printed by the first, where its tokens are looked for.
        servers.push(Server::on(&storage).with_option("--no-worker").start().await);
    }
    let world = Arc::new(World::new(&servers[0]).await);
    let history = Arc::<History>::default();
    let ends = Instant::now() + time;
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        let server = servers[number % servers.len()].another();
        let client = TortureClient::new(&server, number, seed, Arc::clone(&world), Arc::clone(&history));
        clients.spawn(client.act_until(ends));
    }
    clients.join_all().await;

    // Who could not tell Redis in time to forget something may have shown the other server what was before: the cache is no part of the
    // model then.
    let mut told_redis = true;
    for server in &servers {
        told_redis &= server.caught_up_log().await.events_named("redis_delete_failed").is_empty();
    }
    let history = history.take();
    println!("{} events, {} of them left open", history.events.len(), history.unknown);
    let lag = if servers.len() > 1 { SEEN_WITHIN } else { Duration::ZERO };
    assert_agrees(&history, told_redis.then_some(lag));
    world.assert_ended_as(&history, &servers[0]).await;
    Sql::of(&storage).assert_invariants_hold().await;
}
