use crate::failure::{Outcome, While};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use std::{
    thread,
    time::{Duration, Instant},
};

/// Those of `Argon2PasswordHasher` in `library-member-infra`.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How many passwords so many threads hash a second, each in memory that it keeps.
///
/// # Errors
/// Where a password cannot be hashed.
pub fn rate(threads: usize, seconds: u64) -> Outcome<f64> {
    let limit = Duration::from_secs(seconds);
    let threads: Vec<_> = (0..threads).map(|_| thread::spawn(move || rate_of_one(limit))).collect();
    threads.into_iter().map(|thread| thread.join().ok().doing("hashing passwords")?).sum()
}

fn rate_of_one(limit: Duration) -> Outcome<f64> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).doing("setting Argon2id up")?;
    let mut memory = vec![Block::default(); params.block_count()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let (started, mut hashes, mut hash) = (Instant::now(), 0_u32, [0; 32]);
    while started.elapsed() < limit {
        argon2
            .hash_password_into_with_memory(b"correct horse", b"sixteen bytes it", &mut hash, &mut memory)
            .doing("hashing a password")?;
        hashes += 1;
    }
    Ok(f64::from(hashes) / started.elapsed().as_secs_f64())
}
