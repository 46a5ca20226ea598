//! The server is killed while it writes.

mod facts;
mod writers;

use self::{facts::Facts, writers::Writer};
use crate::Sql;
use library_e2e::{Backend, Server};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::ops::Range;
use tokio::task::JoinSet;

/// How much the server has acknowledged when it is killed.
const ACKNOWLEDGED: Range<usize> = 5..80;

/// Kills the server so many times under writers of every kind. What it acknowledged is there after each restart, what it was at is whole
/// or nothing, and no rule of the library is broken.
pub async fn every_acknowledged_write_is_there_after_kills(backend: Backend, kills: u64) {
    let mut server = Server::start(backend).await;
    let borrower = server.given_borrower().await;
    let token = borrower.client.token().expect("they are logged in");
    let sql = Sql::of(server.storage());
    let mut random = StdRng::seed_from_u64(kills);
    for kill in 0..kills {
        let facts = Facts::default();
        let mut writers = JoinSet::new();
        for writer in Writer::each(&server, &borrower, &facts, kill).await {
            writers.spawn(writer.write_until_the_server_is_gone());
        }
        facts.wait_for(random.random_range(ACKNOWLEDGED)).await;
        server.kill();
        writers.join_all().await;
        sql.assert_invariants_hold().await;
        server.restart().await;
        facts.assert_hold(&server.with_token(token)).await;
    }
}
