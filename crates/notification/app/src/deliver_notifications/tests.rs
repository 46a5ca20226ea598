use super::{DeliverNotifications, Delivery};
use library_notification_domain::{DeliveryError, QueuedNotification, QueuedState, RetryPolicy};
use library_shared_domain::{Clock, DependencyError, MemberId, NotificationId};
use library_testkit::{
    FakeComposer, InMemoryLibrary, ManualClock, Port, RecordingNotifier, Repositories, a_member, count, now, race,
};
use rstest::rstest;
use std::sync::Arc;
use time::Duration;

/// For how long a worker holds what it has claimed.
const LEASE: Duration = Duration::minutes(1);

/// A library and a worker that sends what is queued there.
struct Desk {
    library: InMemoryLibrary,
    clock: Arc<ManualClock>,
    composer: Arc<FakeComposer>,
    notifier: Arc<RecordingNotifier>,
    worker: DeliverNotifications,
}

fn a_desk() -> Desk {
    let (library, clock) = (InMemoryLibrary::new(), Arc::new(ManualClock::default()));
    let (composer, notifier) = (Arc::new(FakeComposer::new()), Arc::new(RecordingNotifier::new()));
    let worker = DeliverNotifications::new(
        library.notifications(),
        composer.clone(),
        notifier.clone(),
        clock.clone(),
        RetryPolicy::default(),
    );
    Desk { library, clock, composer, notifier, worker }
}

impl Desk {
    /// Queues a notification to a new member, now.
    async fn queued(&self) -> (NotificationId, MemberId) {
        let seen = Repositories::from(&self.library);
        let member_id = seen.given_member(a_member()).await.id();
        (seen.given_notification(member_id, self.clock.now()).await, member_id)
    }

    async fn deliver(&self) -> Delivery {
        self.worker.execute().await.expect("the queue is there")
    }

    async fn queue(&self) -> Vec<QueuedNotification> {
        self.library.notifications().list(10).await.expect("listed")
    }

    /// The only notification in the queue.
    async fn left(&self) -> QueuedNotification {
        let queue = self.queue().await;
        assert_eq!(queue.len(), 1, "{queue:?}");
        queue.into_iter().next().expect("one")
    }

    /// The ids of what was sent.
    fn sent(&self) -> Vec<NotificationId> {
        self.notifier.sent().into_iter().map(|(id, _)| id).collect()
    }

    /// A worker that takes what is due and dies before it has sent it.
    async fn claim_and_die(&self) {
        let claimed = self.library.notifications().claim(1, self.clock.now(), LEASE).await.expect("claimed");
        assert_eq!(claimed.len(), 1);
    }
}

fn away() -> DeliveryError {
    DeliveryError::Unavailable { reason: "the mail server is away".to_owned() }
}

#[tokio::test]
async fn nothing_is_due_in_an_empty_queue() {
    assert_eq!(a_desk().deliver().await, Delivery::NothingDue);
}

#[tokio::test]
async fn what_is_queued_is_sent_to_its_member_once() {
    let desk = a_desk();
    let (id, member_id) = desk.queued().await;
    assert_eq!(desk.deliver().await, Delivery::Sent);
    assert_eq!(desk.deliver().await, Delivery::NothingDue);
    let sent = desk.notifier.sent();
    assert_eq!((desk.sent(), sent[0].1.recipient.address.as_str()), (vec![id], FakeComposer::address_of(member_id).as_str()));
    assert_eq!(desk.queue().await, []);
}

#[tokio::test]
async fn one_is_delivered_at_a_time_the_oldest_first() {
    let desk = a_desk();
    let (first, _) = desk.queued().await;
    desk.clock.advance(Duration::SECOND);
    let (second, _) = desk.queued().await;
    assert_eq!(desk.deliver().await, Delivery::Sent);
    assert_eq!(desk.sent(), [first]);
    assert_eq!(desk.deliver().await, Delivery::Sent);
    assert_eq!(desk.sent(), [first, second]);
}

#[tokio::test]
async fn what_there_is_nothing_to_say_about_any_more_is_dropped() {
    let desk = a_desk();
    let (_, member_id) = desk.queued().await;
    desk.composer.say_nothing_to(member_id);
    assert_eq!(desk.deliver().await, Delivery::Dropped);
    assert_eq!((desk.sent(), desk.queue().await), (Vec::new(), Vec::new()));
}

#[tokio::test]
async fn while_the_channel_takes_nothing_no_notification_loses_an_attempt() {
    let desk = a_desk();
    let (id, _) = desk.queued().await;
    let untouched = desk.left().await;
    desk.notifier.be_ready(false);
    for _ in 0..20 {
        assert_eq!(desk.deliver().await, Delivery::NotReady);
    }
    assert_eq!(desk.left().await, untouched);
    desk.notifier.be_ready(true);
    assert_eq!(desk.deliver().await, Delivery::Sent);
    assert_eq!(desk.sent(), [id]);
}

#[tokio::test]
async fn nobody_writes_to_a_member_who_was_deleted_meanwhile() {
    let desk = a_desk();
    let (_, member_id) = desk.queued().await;
    desk.library.members().delete(member_id).await.expect("deleted");
    assert_eq!(desk.deliver().await, Delivery::NothingDue);
    assert_eq!(desk.sent(), []);
}

#[tokio::test]
async fn what_cannot_be_sent_is_tried_again_after_waits_that_double_and_given_up_after_ten_attempts() {
    let desk = a_desk();
    let (id, member_id) = desk.queued().await;
    for (attempt, wait) in (1..).zip([1, 2, 4, 8, 16, 32, 64, 128, 256].map(Duration::seconds)) {
        desk.notifier.fail_next(away());
        assert_eq!(desk.deliver().await, Delivery::Postponed);
        let left = desk.left().await;
        assert_eq!((left.attempts, left.state), (attempt, QueuedState::Waiting { until: desk.clock.now() + wait }));
        desk.clock.advance(wait - Duration::MICROSECOND);
        assert_eq!(desk.deliver().await, Delivery::NothingDue);
        desk.clock.advance(Duration::MICROSECOND);
    }
    desk.notifier.fail_next(away());
    assert_eq!(desk.deliver().await, Delivery::GivenUp);
    let left = desk.left().await;
    assert_eq!((left.id, left.member_id, left.attempts), (id, member_id, 10));
    assert_eq!(left.state, QueuedState::Failed { at: desk.clock.now() });
    assert_eq!(left.last_error.as_deref(), Some("the channel is unavailable: the mail server is away"));

    desk.clock.advance(Duration::days(365));
    assert_eq!(desk.deliver().await, Delivery::NothingDue);
    assert_eq!(desk.sent(), []);
}

#[tokio::test]
async fn what_was_postponed_is_sent_when_its_time_has_come() {
    let desk = a_desk();
    let (id, _) = desk.queued().await;
    desk.notifier.fail_next(DeliveryError::Rejected { reason: "no such mailbox".to_owned() });
    assert_eq!(desk.deliver().await, Delivery::Postponed);
    assert_eq!(desk.left().await.last_error.as_deref(), Some("the message was rejected: no such mailbox"));
    desk.clock.advance(Duration::SECOND);
    assert_eq!(desk.deliver().await, Delivery::Sent);
    assert_eq!((desk.sent(), desk.queue().await), (vec![id], Vec::new()));
}

#[tokio::test]
async fn one_that_is_postponed_holds_up_no_other() {
    let desk = a_desk();
    desk.queued().await;
    let (other, _) = desk.queued().await;
    desk.notifier.fail_next(away());
    assert_eq!(desk.deliver().await, Delivery::Postponed);
    assert_eq!(desk.deliver().await, Delivery::Sent);
    assert_eq!(desk.sent(), [other]);
}

#[tokio::test]
async fn what_cannot_be_composed_is_postponed_and_not_sent() {
    let desk = a_desk();
    desk.queued().await;
    desk.composer.fail_next();
    assert_eq!(desk.deliver().await, Delivery::Postponed);
    let left = desk.left().await;
    assert_eq!(left.last_error.as_deref(), Some("it could not be composed: composer is unavailable"));
    assert_eq!((left.state, desk.sent()), (QueuedState::Waiting { until: now() + Duration::SECOND }, Vec::new()));
}

#[tokio::test]
async fn what_a_worker_died_over_is_sent_with_the_same_id_once_its_lease_has_run_out() {
    let desk = a_desk();
    let (id, _) = desk.queued().await;
    desk.claim_and_die().await;
    desk.clock.advance(LEASE - Duration::MICROSECOND);
    assert_eq!(desk.deliver().await, Delivery::NothingDue);
    desk.clock.advance(Duration::MICROSECOND);
    assert_eq!(desk.deliver().await, Delivery::Sent);
    assert_eq!((desk.sent(), desk.queue().await), (vec![id], Vec::new()));
}

#[tokio::test]
async fn what_every_worker_dies_over_is_given_up_after_ten_attempts() {
    let desk = a_desk();
    desk.queued().await;
    for _ in 0..10 {
        desk.claim_and_die().await;
        desk.clock.advance(LEASE);
    }
    assert_eq!(desk.deliver().await, Delivery::GivenUp);
    assert_eq!(desk.left().await.state, QueuedState::Failed { at: desk.clock.now() });
    assert_eq!(desk.sent(), []);
}

#[tokio::test]
async fn a_tenth_attempt_may_still_succeed() {
    let desk = a_desk();
    let (id, _) = desk.queued().await;
    for _ in 0..9 {
        desk.claim_and_die().await;
        desk.clock.advance(LEASE);
    }
    assert_eq!(desk.deliver().await, Delivery::Sent);
    assert_eq!(desk.sent(), [id]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_workers_no_two_send_one_notification() {
    let desk = Arc::new(a_desk());
    for _ in 0..4 {
        desk.queued().await;
    }
    let outcomes = race(|_| {
        let desk = Arc::clone(&desk);
        async move { desk.deliver().await }
    })
    .await;
    assert_eq!(count(&outcomes, |outcome| *outcome == Delivery::Sent), 4);
    assert_eq!(count(&outcomes, |outcome| *outcome == Delivery::NothingDue), outcomes.len() - 4);
    let mut sent = desk.sent();
    sent.sort();
    sent.dedup();
    assert_eq!((sent.len(), desk.queue().await), (4, Vec::new()));
}

#[tokio::test]
async fn what_was_sent_but_not_noted_is_sent_again_with_the_same_id() {
    let desk = a_desk();
    let (id, _) = desk.queued().await;
    desk.library.fail_after(Port::Notifications, 1);
    let error = desk.worker.execute().await.expect_err("unavailable");
    assert!(matches!(error, DependencyError::Unavailable { .. }), "{error:?}");
    assert_eq!((desk.sent(), desk.left().await.id), (vec![id], id));
    desk.clock.advance(LEASE);
    assert_eq!(desk.deliver().await, Delivery::Sent);
    assert_eq!((desk.sent(), desk.queue().await), (vec![id, id], Vec::new()));
}

#[tokio::test]
async fn a_queue_that_is_away_sends_nothing_and_loses_nothing() {
    let desk = a_desk();
    let (id, _) = desk.queued().await;
    desk.library.fail_next(Port::Notifications);
    let error = desk.worker.execute().await.expect_err("unavailable");
    assert!(matches!(error, DependencyError::Unavailable { .. }), "{error:?}");
    assert_eq!((desk.sent(), desk.left().await.attempts), (Vec::new(), 0));
    assert_eq!(desk.deliver().await, Delivery::Sent);
    assert_eq!(desk.sent(), [id]);
}

#[rstest]
#[case::dropping(true)]
#[case::postponing(false)]
#[tokio::test]
async fn what_could_not_be_noted_is_due_again_when_the_lease_has_run_out(#[case] is_dropped: bool) {
    let desk = a_desk();
    let (id, member_id) = desk.queued().await;
    if is_dropped {
        desk.composer.say_nothing_to(member_id);
    } else {
        desk.notifier.fail_next(away());
    }
    desk.library.fail_after(Port::Notifications, 1);
    let error = desk.worker.execute().await.expect_err("unavailable");
    assert!(matches!(error, DependencyError::Unavailable { .. }), "{error:?}");
    let left = desk.left().await;
    assert_eq!((left.id, left.state), (id, QueuedState::Waiting { until: now() + LEASE }));
}
