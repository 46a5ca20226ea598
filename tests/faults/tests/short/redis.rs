use library_faults::{
    among_others,
    scenarios::{RedisFault, a_redis_that_is},
};
use rstest::rstest;
use std::time::Duration;

/// What becomes of Redis when it is killed or frozen, the tests of the whole service show.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_is_full_or_answers_garbage_fails_no_request_and_is_used_again(
    #[values(RedisFault::Full, RedisFault::Garbling)] fault: RedisFault,
) {
    let _others = among_others().await;
    a_redis_that_is(fault, Duration::from_secs(1)).await;
}
