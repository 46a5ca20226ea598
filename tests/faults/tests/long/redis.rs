use library_faults::{
    alone,
    scenarios::{RedisFault, a_redis_that_is},
};
use rstest::rstest;
use std::time::Duration;

/// How much longer all but one read in a hundred may take: as long as one command to Redis is waited for.
const LONGER: Duration = Duration::from_millis(50);

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn without_a_sane_redis_reads_take_little_longer(
    #[values(RedisFault::Killed, RedisFault::Frozen, RedisFault::Full, RedisFault::Garbling)] fault: RedisFault,
) {
    let _machine = alone().await;
    let phases = a_redis_that_is(fault, Duration::from_secs(5)).await;
    // Who is kept waiting sends little, and would hardly show.
    let (usual, count) = (phases.normal.count(), phases.meanwhile.count());
    assert!(count > usual / 2, "{usual} reads became {count}");
    let (normal, meanwhile, afterwards) = (phases.normal.p99(), phases.meanwhile.p99(), phases.afterwards.p99());
    println!("{fault:?}: 99 of 100 reads took {normal:?}, then {meanwhile:?}, then {afterwards:?}");
    assert!(meanwhile < normal + LONGER, "{normal:?} became {meanwhile:?}");
    assert!(afterwards < normal + LONGER, "{normal:?} became {afterwards:?}");
}
