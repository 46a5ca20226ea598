//! What only PostgreSQL lets two do at once: on SQLite, who claims waits for the unit.

use library_notification_domain::NotificationQueue;
use library_test_worlds::postgres;
use library_testkit::{World, a_member, now};
use time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn what_a_unit_counts_on_is_claimed_only_after_its_commit() {
    let world: World = postgres().await;
    let given = &world.repositories;
    let member_id = given.given_member(a_member()).await.id();
    let waiting = given.given_notification(member_id, now()).await;

    let unit = world.units.begin().await.expect("begun");
    unit.given_notification(member_id, now()).await;
    assert_eq!(claimed(&*given.notifications).await, []);
    unit.commit().await.expect("committed");
    assert_eq!(claimed(&*given.notifications).await, [waiting]);
}

async fn claimed(queue: &dyn NotificationQueue) -> Vec<library_shared_domain::NotificationId> {
    let claimed = queue.claim(10, now(), Duration::MINUTE).await.expect("claimed");
    claimed.iter().map(|claimed| claimed.claim.id).collect()
}
