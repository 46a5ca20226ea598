use std::env;

/// What the random choices of a test that takes minutes begin from: another number every time, and that of `FAULTS_SEED` where it is set,
/// so that a run can be had again.
#[must_use]
pub fn seed() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "what a test begins from is no part of the service's configuration")]
    let given = env::var("FAULTS_SEED").ok();
    given.map_or_else(|| rand::random::<u64>() / 2, |seed| seed.parse().expect("FAULTS_SEED is a number"))
}
