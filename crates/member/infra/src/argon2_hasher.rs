use crate::argon2_memory::{Argon2In, SpareMemory};
use argon2::{
    Params,
    password_hash::{Error as HashError, PasswordHasher as _, PasswordVerifier as _, phc},
};
use async_trait::async_trait;
use library_member_domain::{Password, PasswordHash, PasswordHasher};
use library_shared_domain::DependencyError;
use library_shared_infra::measure::{DurationCounts, DurationHistogram};
use secrecy::{ExposeSecret, SecretString};
use std::{sync::Arc, thread, time::Duration};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// OWASP's parameters (Password Storage Cheat Sheet): 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A salt and an output of zeros: with overwhelming probability no password has it.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// How many callers wait for their turn at the most.
const WAITING_LINE: usize = 500;

/// How long a caller waits for their turn before they are told to come again.
const TURN_LIMIT: Duration = Duration::from_secs(10);

/// Hashes passwords with Argon2id (RFC 9106), off the async threads.
///
/// Only half of the processors hash at any time, which bounds the memory and leaves the other requests their share.
pub struct Argon2PasswordHasher {
    params: Params,
    at_once: usize,
    turns: Arc<Semaphore>,
    waiting_line: Arc<Semaphore>,
    memory: Arc<SpareMemory>,
    waits: DurationHistogram,
}

/// How busy a hasher is.
#[derive(Debug, Clone, PartialEq)]
pub struct HashingUsage {
    /// How many passwords may be hashed at once.
    pub limit: usize,
    /// How many are.
    pub in_progress: usize,
    /// How long callers waited for their turn, those who gave up included.
    pub waits: DurationCounts,
}

impl Argon2PasswordHasher {
    /// A hasher with OWASP's parameters.
    ///
    /// # Errors
    /// Never with these parameters.
    pub fn new() -> Result<Self, DependencyError> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(failed)?;
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let at_once = (processors / 2).max(1);
        Ok(Self {
            params,
            at_once,
            turns: Arc::new(Semaphore::new(at_once)),
            waiting_line: Arc::new(Semaphore::new(WAITING_LINE)),
            memory: Arc::default(),
            waits: DurationHistogram::default(),
        })
    }

    /// How busy it is now.
    pub fn usage(&self) -> HashingUsage {
        let in_progress = self.at_once - self.turns.available_permits();
        HashingUsage { limit: self.at_once, in_progress, waits: self.waits.counts() }
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, DependencyError> {
        let _wait = self.waits.start();
        tokio::time::timeout(TURN_LIMIT, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|error| DependencyError::unavailable("password hashing", error))?
            .map_err(|error| DependencyError::failed("password hashing", error))
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2In<'_>) -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, DependencyError> {
        let _place = self.waiting_line.try_acquire().map_err(|error| DependencyError::unavailable("password hashing", error))?;
        let turn = self.turn().await?;
        let (params, at_once) = (self.params.clone(), self.at_once);
        let (spare, waiting_line) = (Arc::clone(&self.memory), Arc::clone(&self.waiting_line));
        let hashing = tokio::task::spawn_blocking(move || {
            // The turn ends with the work, even where the caller has left.
            let _turn = turn;
            let mut memory = spare.take();
            let outcome = work(&Argon2In::new(params, &mut memory));
            let callers = WAITING_LINE - waiting_line.available_permits();
            spare.give_back(memory, callers > at_once);
            outcome
        });
        hashing.await.map_err(|error| DependencyError::failed("password hashing", error))?.map_err(failed)
    }
}

#[async_trait]
impl PasswordHasher for Argon2PasswordHasher {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, DependencyError> {
        let password = password.secret().clone();
        self.in_turn(move |argon2| {
            let hash = argon2.hash_password(password.expose_secret().as_bytes())?;
            Ok(PasswordHash::from_phc(hash.to_string()))
        })
        .await
    }

    async fn verify(&self, secret: &SecretString, hash: &PasswordHash) -> Result<bool, DependencyError> {
        let (secret, hash) = (secret.clone(), hash.clone());
        self.in_turn(move |argon2| {
            let hash = phc::PasswordHash::new(hash.expose())?;
            match argon2.verify_password(secret.expose_secret().as_bytes(), &hash) {
                Ok(()) => Ok(true),
                Err(HashError::PasswordInvalid) => Ok(false),
                Err(error) => Err(error),
            }
        })
        .await
    }

    fn decoy(&self) -> PasswordHash {
        PasswordHash::from_phc(DECOY.to_owned())
    }
}

fn failed(error: impl Into<library_shared_domain::Cause>) -> DependencyError {
    DependencyError::failed("password hashing", error)
}
