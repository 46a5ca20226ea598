//! What a `FailedLogins` promises. It goes by a real clock, because one of the stores does.

use super::racing::{WAYS, count as count_outcomes, race};
use crate::builders::unique_email;
use library_auth_domain::{FailedLogins, LoginName, TooManyFailures};
use std::{sync::Arc, time::Instant};
use time::Duration;

/// A store that remembers nothing yet.
pub type Open = Arc<dyn FailedLogins>;

/// Runs the suite over the stores that `$open`, an `async fn() -> Arc<dyn FailedLogins>`, opens.
#[macro_export]
macro_rules! failed_logins_contract {
    ($open:path) => {
        $crate::contract_tests! { worlds from $open, failed_logins:
            five_failures_may_follow_upon_one_another_and_the_next_has_to_wait,
            after_the_wait_one_more_is_counted_and_the_next_wait_is_longer,
            an_attempt_that_came_too_early_is_not_counted,
            of_many_attempts_at_once_five_are_counted,
            what_is_forgotten_counts_no_more,
            what_is_taken_back_was_not_counted,
            what_is_taken_back_makes_nobody_wait_again,
            nothing_can_be_taken_back_before_it_was_counted,
            accounts_do_not_mix,
        }
    };
}

pub async fn five_failures_may_follow_upon_one_another_and_the_next_has_to_wait(failed: Open) {
    let name = a_name();
    assert_eq!(refusals(&failed, &name, 5).await, []);
    assert_waits(failed.count(&name).await, Duration::SECOND);
}

pub async fn after_the_wait_one_more_is_counted_and_the_next_wait_is_longer(failed: Open) {
    let name = a_name();
    let started = Instant::now();
    refusals(&failed, &name, 5).await;
    counted_in_the_end(&failed, &name).await;
    assert!(started.elapsed() >= Duration::SECOND, "{:?}", started.elapsed());
    assert_waits(failed.count(&name).await, Duration::seconds(2));
}

pub async fn an_attempt_that_came_too_early_is_not_counted(failed: Open) {
    let name = a_name();
    refusals(&failed, &name, 5).await;
    for refusal in refusals(&failed, &name, 10).await {
        assert_waits(Err(refusal), Duration::SECOND);
    }
    counted_in_the_end(&failed, &name).await;
    assert_waits(failed.count(&name).await, Duration::seconds(2));
}

pub async fn of_many_attempts_at_once_five_are_counted(failed: Open) {
    let name = a_name();
    let outcomes = race(|_| {
        let (failed, name) = (failed.clone(), name.clone());
        async move { failed.count(&name).await }
    })
    .await;
    assert_eq!((count_outcomes(&outcomes, Result::is_ok), outcomes.len()), (5, WAYS));
}

pub async fn what_is_forgotten_counts_no_more(failed: Open) {
    let name = a_name();
    for _ in 0..3 {
        assert_eq!(refusals(&failed, &name, 5).await, []);
        failed.forget(&name).await;
    }
}

pub async fn what_is_taken_back_was_not_counted(failed: Open) {
    let name = a_name();
    for _ in 0..10 {
        assert_eq!(refusals(&failed, &name, 1).await, []);
        failed.take_back(&name).await;
    }
    assert_eq!(refusals(&failed, &name, 5).await, []);
    assert_waits(failed.count(&name).await, Duration::SECOND);
}

pub async fn what_is_taken_back_makes_nobody_wait_again(failed: Open) {
    let name = a_name();
    refusals(&failed, &name, 5).await;
    counted_in_the_end(&failed, &name).await;
    counted_in_the_end(&failed, &name).await;
    // The two seconds after the sixth failure have passed, and what came then was none.
    for _ in 0..3 {
        failed.take_back(&name).await;
        assert_eq!(refusals(&failed, &name, 1).await, []);
    }
    assert_waits(failed.count(&name).await, Duration::seconds(4));
}

pub async fn nothing_can_be_taken_back_before_it_was_counted(failed: Open) {
    let name = a_name();
    failed.take_back(&name).await;
    failed.forget(&name).await;
    assert_eq!(refusals(&failed, &name, 5).await, []);
    assert_waits(failed.count(&name).await, Duration::SECOND);
}

pub async fn accounts_do_not_mix(failed: Open) {
    let (name, other) = (a_name(), a_name());
    refusals(&failed, &name, 6).await;
    assert_eq!(refusals(&failed, &other, 5).await, []);
    failed.forget(&other).await;
    assert_waits(failed.count(&name).await, Duration::SECOND);
}

fn a_name() -> LoginName {
    LoginName::from_text(unique_email().as_str().to_owned())
}

/// Counts so many attempts, and tells which came too early.
async fn refusals(failed: &Open, name: &LoginName, attempts: usize) -> Vec<TooManyFailures> {
    let mut refusals = Vec::new();
    for _ in 0..attempts {
        refusals.extend(failed.count(name).await.err());
    }
    refusals
}

async fn counted_in_the_end(failed: &Open, name: &LoginName) {
    while let Err(refusal) = failed.count(name).await {
        tokio::time::sleep(refusal.wait.unsigned_abs()).await;
    }
}

/// The wait is this long, but for the time that the test takes.
#[track_caller]
fn assert_waits(outcome: Result<(), TooManyFailures>, expected: Duration) {
    let wait = outcome.expect_err("it comes too early").wait;
    assert!(wait.is_positive() && wait <= expected && wait > expected - Duration::SECOND, "{wait}");
}
