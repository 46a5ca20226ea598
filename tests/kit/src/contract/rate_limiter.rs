//! What a `RateLimiter` promises.

use super::racing::{WAYS, count, race};
use library_shared_domain::{Quota, RateLimiter, Standing};
use std::{
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

/// Makes a limiter for this quota; called twice with one store behind it, it makes those of two servers.
pub type Open = Arc<dyn Fn(Quota) -> Arc<dyn RateLimiter> + Send + Sync>;

/// So long a window that no request comes back while a rule is being tested.
const QUOTA: Quota = Quota::new("contract", NonZeroU32::new(7).expect("not zero"), Duration::from_hours(7));

/// Runs the suite over the limiters that `$open`, an `async fn() -> Open`, makes, on a store of each rule's own.
#[macro_export]
macro_rules! rate_limiter_contract {
    ($open:path) => {
        $crate::contract_tests! { worlds from $open, rate_limiter:
            so_many_requests_are_permitted_and_the_next_is_told_how_long_to_wait,
            who_is_refused_loses_nothing,
            keys_do_not_mix,
            of_many_requests_at_once_exactly_so_many_are_permitted,
            a_request_comes_back_when_its_share_of_the_window_has_passed,
        }
    };
}

pub async fn so_many_requests_are_permitted_and_the_next_is_told_how_long_to_wait(open: Open) {
    let limiter = open(QUOTA);
    assert_eq!(limiter.quota(), QUOTA);
    for remaining in (0..7).rev() {
        assert_eq!(limiter.take("ada").await, Standing::Permitted { remaining });
    }
    assert_wait(limiter.take("ada").await, Duration::from_hours(1));
}

pub async fn who_is_refused_loses_nothing(open: Open) {
    let limiter = open(QUOTA);
    for _ in 0..7 {
        limiter.take("ada").await;
    }
    for _ in 0..20 {
        assert_wait(limiter.take("ada").await, Duration::from_hours(1));
    }
}

pub async fn keys_do_not_mix(open: Open) {
    let limiter = open(QUOTA);
    for _ in 0..8 {
        limiter.take("ada").await;
    }
    for key in ["bob", "", "ada ", "192.0.2.1", "2001:db8::/64"] {
        assert_eq!(limiter.take(key).await, Standing::Permitted { remaining: 6 }, "{key:?}");
    }
}

pub async fn of_many_requests_at_once_exactly_so_many_are_permitted(open: Open) {
    let limiter = open(QUOTA);
    let standings = race(|_| {
        let limiter = limiter.clone();
        async move { limiter.take("ada").await }
    })
    .await;
    // How many are left is what each saw by its own clock, and may be one less than there are.
    assert_eq!(count(&standings, |standing| matches!(standing, Standing::Permitted { .. })), 7);
    assert_eq!(count(&standings, |standing| matches!(standing, Standing::Refused { .. })), WAYS - 7);
}

pub async fn a_request_comes_back_when_its_share_of_the_window_has_passed(open: Open) {
    let interval = Duration::from_millis(300);
    let limiter = open(Quota::new("quick", NonZeroU32::new(3).expect("not zero"), interval * 3));
    let started = Instant::now();
    let mut permitted = 0_u32;
    while permitted < 6 {
        match limiter.take("ada").await {
            Standing::Permitted { .. } => permitted += 1,
            Standing::Refused { wait } => {
                assert!(wait <= interval, "{wait:?}");
                tokio::time::sleep(wait).await;
            }
        }
    }
    // Three at once, and each of the others after its share.
    assert!(started.elapsed() >= interval * 3, "{:?}", started.elapsed());
}

/// The wait is this long, but for the time that the test takes.
#[track_caller]
fn assert_wait(standing: Standing, expected: Duration) {
    let Standing::Refused { wait } = standing else { panic!("expected a refusal, got {standing:?}") };
    assert!(wait <= expected && wait + Duration::from_mins(1) > expected, "{wait:?}");
}
