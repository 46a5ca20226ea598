//! What a `NotificationQueue` promises.

use super::{
    World,
    macros::assert_shape,
    racing::{WAYS, race, race_of_two},
};
use crate::builders::{a_member, now, unique_id};
use library_notification_domain::{
    Claim, ClaimedNotification, EnqueueError, NotificationKind, NotificationQueue, QueueBacklog, QueuedNotification, QueuedState,
};
use library_shared_domain::{MemberId, NotificationId};
use std::collections::HashSet;
use time::{Duration, OffsetDateTime};

const LEASE: Duration = Duration::minutes(2);

/// Runs the suite over the worlds that `$open`, an `async fn() -> World`, opens.
#[macro_export]
macro_rules! notification_queue_contract {
    ($open:path) => {
        $crate::contract_tests! { worlds from $open, notification_queue:
            an_empty_queue_has_nothing_to_claim_and_nothing_to_list,
            a_queued_notification_waits_from_the_time_it_was_queued,
            a_claim_holds_what_was_queued,
            a_claim_takes_the_oldest_first_and_no_more_than_its_limit,
            a_claimed_notification_is_claimed_by_nobody_else_until_its_lease_ends,
            each_claim_counts_as_an_attempt_and_has_another_token,
            of_many_workers_no_two_claim_one_notification,
            a_completed_notification_is_gone,
            a_postponed_notification_waits_until_its_time,
            a_postponed_notification_comes_after_those_that_wait_longer,
            a_failed_notification_is_kept_and_not_tried_again,
            a_lost_claim_completes_postpones_and_fails_nothing,
            a_claim_that_was_given_back_is_lost,
            a_claim_outlives_its_lease_until_another_worker_claims,
            a_queue_lists_the_oldest_first_and_no_more_than_its_limit,
            all_failed_notifications_are_retried_with_all_their_attempts,
            one_failed_notification_is_retried_alone,
            a_retry_leaves_alone_what_has_not_failed,
            a_reason_is_kept_whatever_is_written_in_it,
            one_notification_of_a_kind_waits_for_a_member_until_it_is_tried,
            one_kind_of_notification_does_not_stand_for_another,
            one_that_was_tried_before_does_not_stand_for_a_new_one,
            of_many_who_queue_one_notification_one_is_queued,
            a_notification_that_a_dropped_unit_counted_on_is_left_as_it_was,
            a_notification_to_a_missing_member_is_refused,
            no_race_leaves_a_notification_to_a_missing_member,
            an_empty_queue_has_no_backlog,
            a_backlog_counts_what_waits_and_what_of_it_is_due,
            what_a_worker_holds_waits_and_is_due_again_when_its_lease_ends,
            what_was_postponed_is_due_again_at_its_time,
            what_failed_is_counted_apart_until_it_is_retried,
        }
    };
}

pub async fn an_empty_queue_has_nothing_to_claim_and_nothing_to_list(world: World) {
    let queue = &world.repositories.notifications;
    assert_eq!(queue.claim(10, now(), LEASE).await.expect("claimed"), []);
    assert_eq!(queue.list(10).await.expect("listed"), []);
    assert_eq!(queue.retry_failed(None, now()).await.expect("retried"), 0);
}

pub async fn a_queued_notification_waits_from_the_time_it_was_queued(world: World) {
    let (queue, member_id) = (&world.repositories.notifications, some_member(&world).await);
    let queued_at = now() + Duration::MICROSECOND;
    let id = world.repositories.given_notification(member_id, queued_at).await;
    let expected = QueuedNotification {
        id,
        kind: NotificationKind::Verification,
        member_id,
        queued_at,
        attempts: 0,
        last_error: None,
        state: QueuedState::Waiting { until: queued_at },
    };
    assert_eq!(queue.list(10).await.expect("listed"), [expected]);
    assert_eq!(queue.claim(10, now(), LEASE).await.expect("claimed"), [], "it is not due yet");
    assert_eq!(queue.claim(10, queued_at, LEASE).await.expect("claimed").len(), 1);
}

pub async fn a_claim_holds_what_was_queued(world: World) {
    let (queue, member_id) = (&world.repositories.notifications, some_member(&world).await);
    let id = world.repositories.given_notification(member_id, now()).await;
    let claimed = claim_one(&**queue, now()).await;
    let claim = Claim { id, token: claimed.claim.token };
    assert_eq!(claimed, ClaimedNotification { claim, kind: NotificationKind::Verification, member_id, attempt: 1 });
    let listed = only(&**queue).await;
    assert_eq!((listed.attempts, listed.queued_at, listed.state), (1, now(), QueuedState::Waiting { until: now() + LEASE }));
}

pub async fn a_claim_takes_the_oldest_first_and_no_more_than_its_limit(world: World) {
    let queue = &world.repositories.notifications;
    let oldest_first = queue_some(&world, 5).await;
    let late = now() + Duration::HOUR;
    assert_eq!(queue.claim(0, late, LEASE).await.expect("claimed"), []);
    assert_eq!(ids(&queue.claim(2, late, LEASE).await.expect("claimed")), oldest_first[..2]);
    assert_eq!(ids(&queue.claim(10, late, LEASE).await.expect("claimed")), oldest_first[2..]);
    assert_eq!(queue.claim(10, late, LEASE).await.expect("claimed"), []);
}

pub async fn a_claimed_notification_is_claimed_by_nobody_else_until_its_lease_ends(world: World) {
    let queue = &world.repositories.notifications;
    queue_some(&world, 1).await;
    claim_one(&**queue, now()).await;
    let end = now() + LEASE;
    assert_eq!(queue.claim(10, now(), LEASE).await.expect("claimed"), []);
    assert_eq!(queue.claim(10, end - Duration::MICROSECOND, LEASE).await.expect("claimed"), []);
    assert_eq!(queue.claim(10, end, LEASE).await.expect("claimed").len(), 1);
}

pub async fn each_claim_counts_as_an_attempt_and_has_another_token(world: World) {
    let queue = &world.repositories.notifications;
    queue_some(&world, 3).await;
    let mut tokens = HashSet::new();
    for attempt in 1..=4 {
        let at = now() + Duration::hours(i64::from(attempt));
        for claimed in queue.claim(10, at, LEASE).await.expect("claimed") {
            assert_eq!(claimed.attempt, attempt);
            tokens.insert((claimed.claim.id, claimed.claim.token));
        }
    }
    assert_eq!(tokens.len(), 12);
    assert!(queue.list(10).await.expect("listed").iter().all(|queued| queued.attempts == 4));
}

pub async fn of_many_workers_no_two_claim_one_notification(world: World) {
    let queue = &world.repositories.notifications;
    let queued = queue_some(&world, WAYS * 4).await;
    let late = now() + Duration::HOUR;
    let claimed_by_each = race(|_| {
        let queue = queue.clone();
        async move {
            let mut claimed = Vec::new();
            // The turns are bounded, so that a queue that gives out the same ones for ever fails the rule and does not hang it.
            for _ in 0..WAYS {
                let next = queue.claim(3, late, LEASE).await.expect("claimed");
                if next.is_empty() {
                    break;
                }
                claimed.extend(ids(&next));
            }
            claimed
        }
    })
    .await;
    let mut claimed = claimed_by_each.concat();
    claimed.extend(ids(&queue.claim(queued.len(), late, LEASE).await.expect("claimed")));
    claimed.sort_unstable();
    let mut expected = queued;
    expected.sort_unstable();
    assert_eq!(claimed, expected);
}

pub async fn a_completed_notification_is_gone(world: World) {
    let queue = &world.repositories.notifications;
    let queued = queue_some(&world, 2).await;
    let claimed = claim_one(&**queue, now()).await;
    queue.complete(claimed.claim).await.expect("completed");
    queue.complete(claimed.claim).await.expect("there is nothing left to complete");
    let left: Vec<_> = queue.list(10).await.expect("listed").iter().map(|queued| queued.id).collect();
    assert_eq!(left, queued[1..]);
    assert_eq!(ids(&queue.claim(10, now() + Duration::DAY, LEASE).await.expect("claimed")), queued[1..]);
}

pub async fn a_postponed_notification_waits_until_its_time(world: World) {
    let queue = &world.repositories.notifications;
    queue_some(&world, 1).await;
    let claimed = claim_one(&**queue, now()).await;
    let at = now() + Duration::SECOND + Duration::MICROSECOND;
    queue.postpone(claimed.claim, at, "the channel is away").await.expect("postponed");

    let listed = only(&**queue).await;
    assert_eq!((listed.attempts, listed.last_error.as_deref()), (1, Some("the channel is away")));
    assert_eq!((listed.queued_at, listed.state), (now(), QueuedState::Waiting { until: at }));
    assert_eq!(queue.claim(10, at - Duration::MICROSECOND, LEASE).await.expect("claimed"), []);
    assert_eq!(claim_one(&**queue, at).await.attempt, 2);
}

pub async fn a_postponed_notification_comes_after_those_that_wait_longer(world: World) {
    let queue = &world.repositories.notifications;
    let queued = queue_some(&world, 2).await;
    let claimed = claim_one(&**queue, now()).await;
    assert_eq!(claimed.claim.id, queued[0]);
    queue.postpone(claimed.claim, now() + Duration::HOUR, "later").await.expect("postponed");
    let order = queue.claim(10, now() + Duration::DAY, LEASE).await.expect("claimed");
    assert_eq!(ids(&order), [queued[1], queued[0]]);
}

pub async fn a_failed_notification_is_kept_and_not_tried_again(world: World) {
    let queue = &world.repositories.notifications;
    queue_some(&world, 1).await;
    let claimed = claim_one(&**queue, now()).await;
    let at = now() + Duration::MICROSECOND;
    queue.fail(claimed.claim, at, "no such mailbox").await.expect("failed");

    let listed = only(&**queue).await;
    assert_eq!((listed.attempts, listed.last_error.as_deref()), (1, Some("no such mailbox")));
    assert_eq!((listed.id, listed.state), (claimed.claim.id, QueuedState::Failed { at }));
    assert_eq!(queue.claim(10, now() + Duration::days(365), LEASE).await.expect("claimed"), []);
}

pub async fn a_lost_claim_completes_postpones_and_fails_nothing(world: World) {
    let queue = &world.repositories.notifications;
    queue_some(&world, 1).await;
    let lost = claim_one(&**queue, now()).await.claim;
    let current = claim_one(&**queue, now() + LEASE).await.claim;
    let never = Claim { id: lost.id, token: unique_id() };
    let before = only(&**queue).await;
    for claim in [lost, never] {
        queue.complete(claim).await.expect("nothing happens");
        queue.postpone(claim, now(), "lost").await.expect("nothing happens");
        queue.fail(claim, now(), "lost").await.expect("nothing happens");
        assert_eq!(only(&**queue).await, before);
    }
    queue.complete(current).await.expect("completed");
    assert_eq!(queue.list(10).await.expect("listed"), []);
}

pub async fn a_claim_that_was_given_back_is_lost(world: World) {
    let queue = &world.repositories.notifications;
    queue_some(&world, 1).await;
    let claim = claim_one(&**queue, now()).await.claim;
    queue.postpone(claim, now() + Duration::HOUR, "later").await.expect("postponed");
    let before = only(&**queue).await;
    queue.complete(claim).await.expect("nothing happens");
    queue.fail(claim, now(), "lost").await.expect("nothing happens");
    assert_eq!(only(&**queue).await, before);
}

pub async fn a_claim_outlives_its_lease_until_another_worker_claims(world: World) {
    let queue = &world.repositories.notifications;
    queue_some(&world, 1).await;
    let claim = claim_one(&**queue, now()).await.claim;
    queue.fail(claim, now() + LEASE * 2, "late, but nobody else took it").await.expect("failed");
    assert_eq!(only(&**queue).await.state, QueuedState::Failed { at: now() + LEASE * 2 });
}

pub async fn a_queue_lists_the_oldest_first_and_no_more_than_its_limit(world: World) {
    let queue = &world.repositories.notifications;
    let oldest_first = queue_some(&world, 5).await;
    let listed = |found: Vec<QueuedNotification>| found.iter().map(|queued| queued.id).collect::<Vec<_>>();
    assert_eq!(listed(queue.list(0).await.expect("listed")), []);
    assert_eq!(listed(queue.list(3).await.expect("listed")), oldest_first[..3]);
    assert_eq!(listed(queue.list(5).await.expect("listed")), oldest_first);
    assert_eq!(listed(queue.list(1_000).await.expect("listed")), oldest_first);
}

pub async fn all_failed_notifications_are_retried_with_all_their_attempts(world: World) {
    let queue = &world.repositories.notifications;
    let queued = queue_some(&world, 3).await;
    let late = now() + Duration::HOUR;
    queue.claim(3, late - LEASE, LEASE).await.expect("claimed by a worker that dies");
    let claimed = queue.claim(2, late, LEASE).await.expect("claimed");
    assert_eq!(ids(&claimed), queued[..2]);
    for claimed in claimed {
        queue.fail(claimed.claim, late, "away").await.expect("failed");
    }
    let later = late + LEASE;

    assert_eq!(queue.retry_failed(None, later).await.expect("retried"), 2);
    assert_eq!(queue.retry_failed(None, later).await.expect("retried"), 0);

    let attempts: Vec<_> = queue.list(10).await.expect("listed").iter().map(|it| (it.attempts, it.state)).collect();
    let (retried, untouched) = (QueuedState::Waiting { until: later }, QueuedState::Waiting { until: late });
    assert_eq!(attempts, [(0, retried), (0, retried), (1, untouched)]);
    let claimed = queue.claim(10, later, LEASE).await.expect("claimed");
    let attempts: Vec<_> = claimed.iter().map(|claimed| (claimed.claim.id, claimed.attempt)).collect();
    assert_eq!(attempts, [(queued[2], 2), (queued[0], 1), (queued[1], 1)]);
}

pub async fn one_failed_notification_is_retried_alone(world: World) {
    let queue = &world.repositories.notifications;
    let queued = queue_some(&world, 2).await;
    let late = now() + Duration::HOUR;
    for claimed in queue.claim(2, late, LEASE).await.expect("claimed") {
        queue.fail(claimed.claim, late, "away").await.expect("failed");
    }
    let unknown = NotificationId::from_uuid(unique_id());
    assert_eq!(queue.retry_failed(Some(unknown), late).await.expect("retried"), 0);
    assert_eq!(queue.retry_failed(Some(queued[1]), late).await.expect("retried"), 1);
    assert_eq!(ids(&queue.claim(10, late, LEASE).await.expect("claimed")), queued[1..]);
}

pub async fn a_retry_leaves_alone_what_has_not_failed(world: World) {
    let queue = &world.repositories.notifications;
    let queued = queue_some(&world, 2).await;
    let claimed = claim_one(&**queue, now()).await;
    let before = queue.list(10).await.expect("listed");
    assert_eq!(queue.retry_failed(None, now() + Duration::DAY).await.expect("retried"), 0);
    for id in queued {
        assert_eq!(queue.retry_failed(Some(id), now() + Duration::DAY).await.expect("retried"), 0);
    }
    assert_eq!(queue.list(10).await.expect("listed"), before);
    queue.complete(claimed.claim).await.expect("the claim still holds");
    assert_eq!(queue.list(10).await.expect("listed"), before[1..]);
}

pub async fn a_reason_is_kept_whatever_is_written_in_it(world: World) {
    let queue = &world.repositories.notifications;
    queue_some(&world, 1).await;
    let long = "ü".repeat(2_000);
    for (hour, reason) in (0_i64..).zip(["", "почтовый ящик", "5.1.1 'no' \"such\" \\ mailbox\n%", &long]) {
        let at = now() + Duration::hours(hour);
        let claimed = claim_one(&**queue, at).await;
        queue.postpone(claimed.claim, at + Duration::HOUR, reason).await.expect("postponed");
        assert_eq!(only(&**queue).await.last_error.as_deref(), Some(reason));
    }
}

pub async fn one_notification_of_a_kind_waits_for_a_member_until_it_is_tried(world: World) {
    let (queue, member_id) = (&world.repositories.notifications, some_member(&world).await);
    let other = some_member(&world).await;
    let first = world.repositories.given_notification(member_id, now()).await;
    let of_another = world.repositories.given_notification(other, now()).await;
    let before = queue.list(10).await.expect("listed");
    world.repositories.given_notification(member_id, now() + Duration::HOUR).await;
    assert_eq!(queue.list(10).await.expect("listed"), before);

    let claimed = claim_one(&**queue, now()).await;
    assert_eq!(claimed.claim.id, first);
    let second = world.repositories.given_notification(member_id, now() + Duration::HOUR).await;
    world.repositories.given_notification(member_id, now() + Duration::DAY).await;
    let left = |queued: Vec<QueuedNotification>| queued.iter().map(|queued| queued.id).collect::<Vec<_>>();
    assert_eq!(left(queue.list(10).await.expect("listed")), [first, of_another, second]);
    queue.complete(claimed.claim).await.expect("completed");
    assert_eq!(left(queue.list(10).await.expect("listed")), [of_another, second]);
}

pub async fn one_kind_of_notification_does_not_stand_for_another(world: World) {
    let (queue, member_id) = (&world.repositories.notifications, some_member(&world).await);
    for _ in 0..2 {
        for kind in NotificationKind::ALL {
            queue.enqueue(NotificationId::from_uuid(unique_id()), *kind, member_id, now()).await.expect("queued");
        }
    }
    let mut kinds: Vec<_> = queue.claim(100, now(), LEASE).await.expect("claimed").iter().map(|it| it.kind.as_str()).collect();
    let mut expected: Vec<_> = NotificationKind::ALL.iter().map(|kind| kind.as_str()).collect();
    kinds.sort_unstable();
    expected.sort_unstable();
    assert_eq!(kinds, expected);
}

pub async fn one_that_was_tried_before_does_not_stand_for_a_new_one(world: World) {
    let (queue, member_id) = (&world.repositories.notifications, some_member(&world).await);
    let mut queued = Vec::new();
    for hour in 0..3 {
        let at = now() + Duration::hours(hour);
        queued.push(world.repositories.given_notification(member_id, at).await);
        let claimed = claim_one(&**queue, at).await;
        assert_eq!(claimed.claim.id, queued[queued.len() - 1]);
        match hour {
            0 => queue.postpone(claimed.claim, now() + Duration::DAY, "later").await.expect("postponed"),
            _ => queue.fail(claimed.claim, at, "no such mailbox").await.expect("failed"),
        }
    }
    let late = now() + Duration::DAY;
    assert_eq!(queue.retry_failed(None, late).await.expect("retried"), 2);
    queued.push(world.repositories.given_notification(member_id, late).await);
    let mut due = ids(&queue.claim(10, late, LEASE).await.expect("claimed"));
    due.sort_unstable();
    queued.sort_unstable();
    assert_eq!(due, queued);
}

pub async fn of_many_who_queue_one_notification_one_is_queued(world: World) {
    let (given, member_id) = (&world.repositories, some_member(&world).await);
    let ids = race(|_| {
        let given = given.clone();
        async move { given.given_notification(member_id, now()).await }
    })
    .await;
    let queued = only(&*given.notifications).await;
    assert!(ids.contains(&queued.id));
    assert_eq!((queued.attempts, queued.state), (0, QueuedState::Waiting { until: now() }));
}

pub async fn a_notification_that_a_dropped_unit_counted_on_is_left_as_it_was(world: World) {
    let (given, member_id) = (&world.repositories, some_member(&world).await);
    given.given_notification(member_id, now()).await;
    let before = only(&*given.notifications).await;
    let unit = world.units.begin().await.expect("begun");
    unit.given_notification(member_id, now() + Duration::HOUR).await;
    drop(unit);
    assert_eq!(only(&*given.notifications).await, before);
    // Who drops a unit does not wait for its end, and until then it holds the notification.
    let claimed = async {
        while given.notifications.claim(1, now(), Duration::MINUTE).await.expect("claimed").is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), claimed).await.expect("it is let go");
}

pub async fn a_notification_to_a_missing_member_is_refused(world: World) {
    let queue = &world.repositories.notifications;
    let (id, nobody) = (NotificationId::from_uuid(unique_id()), MemberId::from_uuid(unique_id()));
    let refused = queue.enqueue(id, NotificationKind::Verification, nobody, now()).await;
    assert_shape!(refused, Err(EnqueueError::MemberMissing));
    assert_eq!(queue.list(10).await.expect("listed"), []);
}

pub async fn no_race_leaves_a_notification_to_a_missing_member(world: World) {
    let given = &world.repositories;
    for round in 0..WAYS {
        let member_id = some_member(&world).await;
        if round % 2 == 0 {
            given.given_notification(member_id, now()).await;
        }
        let (queue, members, id) = (given.notifications.clone(), given.members.clone(), NotificationId::from_uuid(unique_id()));
        let (queued, deleted) =
            race_of_two(async move { queue.enqueue(id, NotificationKind::Verification, member_id, now()).await }, async move {
                members.delete(member_id).await
            })
            .await;
        deleted.expect("nothing keeps them from being deleted");
        assert!(matches!(queued, Ok(()) | Err(EnqueueError::MemberMissing)), "{queued:?}");
        assert_eq!(given.notifications.list(10).await.expect("listed"), []);
    }
}

pub async fn an_empty_queue_has_no_backlog(world: World) {
    let queue = &world.repositories.notifications;
    assert_eq!(queue.backlog(now()).await.expect("measured"), QueueBacklog::default());
}

pub async fn a_backlog_counts_what_waits_and_what_of_it_is_due(world: World) {
    let queue = &world.repositories.notifications;
    queue_some(&world, 3).await;
    let backlog = async |at| queue.backlog(at).await.expect("measured");
    let before = QueueBacklog { waiting: 3, due: 0, oldest_due_since: None, failed: 0 };
    assert_eq!(backlog(now() - Duration::MICROSECOND).await, before);
    let first = QueueBacklog { due: 1, oldest_due_since: Some(now()), ..before };
    assert_eq!(backlog(now()).await, first);
    assert_eq!(backlog(now() + Duration::HOUR).await, QueueBacklog { due: 3, ..first });
}

pub async fn what_a_worker_holds_waits_and_is_due_again_when_its_lease_ends(world: World) {
    let queue = &world.repositories.notifications;
    queue_some(&world, 2).await;
    claim_one(&**queue, now()).await;
    let (backlog, end) = (async |at| queue.backlog(at).await.expect("measured"), now() + LEASE);
    let other = Some(now() + Duration::SECOND);
    let held = QueueBacklog { waiting: 2, due: 1, oldest_due_since: other, failed: 0 };
    assert_eq!(backlog(end - Duration::MICROSECOND).await, held);
    assert_eq!(backlog(end).await, QueueBacklog { due: 2, ..held });
    queue.claim(1, end - Duration::MICROSECOND, LEASE).await.expect("the other one is claimed");
    assert_eq!(backlog(end).await, QueueBacklog { oldest_due_since: Some(end), ..held });
}

pub async fn what_was_postponed_is_due_again_at_its_time(world: World) {
    let queue = &world.repositories.notifications;
    queue_some(&world, 1).await;
    let at = now() + Duration::SECOND;
    queue.postpone(claim_one(&**queue, now()).await.claim, at, "later").await.expect("postponed");
    let waiting = QueueBacklog { waiting: 1, ..QueueBacklog::default() };
    assert_eq!(queue.backlog(at - Duration::MICROSECOND).await.expect("measured"), waiting);
    let due = QueueBacklog { due: 1, oldest_due_since: Some(at), ..waiting };
    assert_eq!(queue.backlog(at).await.expect("measured"), due);
}

pub async fn what_failed_is_counted_apart_until_it_is_retried(world: World) {
    let queue = &world.repositories.notifications;
    queue_some(&world, 2).await;
    let late = now() + Duration::HOUR;
    queue.fail(claim_one(&**queue, now()).await.claim, now(), "no such mailbox").await.expect("failed");
    let failed = QueueBacklog { waiting: 1, due: 1, oldest_due_since: Some(now() + Duration::SECOND), failed: 1 };
    assert_eq!(queue.backlog(late).await.expect("measured"), failed);
    queue.retry_failed(None, late).await.expect("retried");
    assert_eq!(queue.backlog(late).await.expect("measured"), QueueBacklog { waiting: 2, due: 2, failed: 0, ..failed });
}

async fn some_member(world: &World) -> MemberId {
    world.repositories.given_member(a_member()).await.id()
}

/// Queues so many notifications, each to another member, a second apart from now on; the first is the oldest.
async fn queue_some(world: &World, count: usize) -> Vec<NotificationId> {
    let (mut at, mut queued) = (now(), Vec::with_capacity(count));
    for _ in 0..count {
        queued.push(world.repositories.given_notification(some_member(world).await, at).await);
        at += Duration::SECOND;
    }
    queued
}

async fn claim_one(queue: &dyn NotificationQueue, at: OffsetDateTime) -> ClaimedNotification {
    let claimed = queue.claim(1, at, LEASE).await.expect("claimed");
    assert_eq!(claimed.len(), 1, "there is one to claim");
    claimed[0]
}

async fn only(queue: &dyn NotificationQueue) -> QueuedNotification {
    let mut listed = queue.list(10).await.expect("listed");
    assert_eq!(listed.len(), 1, "there is one in the queue");
    listed.remove(0)
}

fn ids(claimed: &[ClaimedNotification]) -> Vec<NotificationId> {
    claimed.iter().map(|claimed| claimed.claim.id).collect()
}
