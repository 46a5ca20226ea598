use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};
use library_notification_app::{Backlog, MeasureBacklog};
use library_shared_domain::{DependencyError, error_chain};
use library_shared_infra::{database::Database, redis::RedisConnections};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// How long a check may take: less than the second that Kubernetes gives a probe unless it is told otherwise.
const CHECK_LIMIT: Duration = Duration::from_millis(800);

/// Asks what the service stands on whether it is there. Clones ask together.
#[derive(Clone)]
pub struct HealthChecks {
    checks: Arc<Checks>,
    running: Arc<Mutex<Option<WeakShared<Run>>>>,
}

/// Checks that are being made, for everybody who asks meanwhile.
type Run = BoxFuture<'static, Arc<Health>>;

/// What is asked.
pub struct Checks {
    pub database: Database,
    /// The cache, where this process uses one.
    pub cache: Option<CacheCheck>,
    pub measure_backlog: Arc<MeasureBacklog>,
    /// It is cancelled when the shutdown begins.
    pub leaving: CancellationToken,
}

/// Which cache is asked.
#[derive(Clone)]
pub enum CacheCheck {
    /// One that is always there.
    InProcess,
    /// One that has to be reached.
    Redis(RedisConnections),
}

/// What the checks found.
pub struct Health {
    pub database: Checked<()>,
    pub cache: Option<CheckedCache>,
    pub queue: Checked<Backlog>,
    pub is_shutting_down: bool,
}

/// What a cache answered.
pub enum CheckedCache {
    InProcess(Checked<()>),
    Redis(Checked<()>),
}

/// What one check found, if there was an answer.
pub struct Checked<T> {
    pub answer: Option<T>,
    pub took: Duration,
}

impl HealthChecks {
    /// These checks.
    pub fn new(checks: Checks) -> Self {
        Self { checks: Arc::new(checks), running: Arc::default() }
    }

    /// Makes every check. Whoever asks while they are being made gets what comes of them: however many ask, each costs one connection.
    pub async fn run(&self) -> Arc<Health> {
        self.join().await
    }

    /// What is cancelled when the shutdown begins.
    pub fn leaving(&self) -> CancellationToken {
        self.checks.leaving.clone()
    }

    fn join(&self) -> Shared<Run> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(run) = running.as_ref().and_then(WeakShared::upgrade).filter(|run| run.peek().is_none()) {
            return run;
        }
        let checks = Arc::clone(&self.checks);
        let run = async move { Arc::new(checks.run().await) }.boxed().shared();
        *running = run.downgrade();
        run
    }
}

impl Checks {
    /// Makes every check, all at once.
    async fn run(&self) -> Health {
        let (database, cache, queue) = tokio::join!(
            // In boxes, because a query's future is large.
            Box::pin(check("database", self.database.ping())),
            Box::pin(self.check_cache()),
            Box::pin(check("queue", self.measure_backlog.execute())),
        );
        Health { database, cache, queue, is_shutting_down: self.leaving.is_cancelled() }
    }

    async fn check_cache(&self) -> Option<CheckedCache> {
        Some(match self.cache.as_ref()? {
            CacheCheck::InProcess => CheckedCache::InProcess(Checked { answer: Some(()), took: Duration::ZERO }),
            CacheCheck::Redis(connections) => CheckedCache::Redis(check("cache", connections.ping()).await),
        })
    }
}

/// Makes one check within its time limit. Why it failed is for the log alone: anyone may read the answer.
async fn check<T>(name: &'static str, question: impl Future<Output = Result<T, DependencyError>>) -> Checked<T> {
    let started = Instant::now();
    let outcome = tokio::time::timeout(CHECK_LIMIT, question).await;
    let outcome = outcome.unwrap_or_else(|elapsed| Err(DependencyError::unavailable(name, elapsed)));
    if let Err(error) = &outcome {
        tracing::warn!(check = name, error = error_chain(error), "health_check_failed");
    }
    Checked { answer: outcome.ok(), took: started.elapsed() }
}

impl<T> Checked<T> {
    pub const fn is_up(&self) -> bool {
        self.answer.is_some()
    }
}

impl CheckedCache {
    pub const fn checked(&self) -> &Checked<()> {
        match self {
            Self::InProcess(checked) | Self::Redis(checked) => checked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Checks, HealthChecks};
    use library_notification_app::MeasureBacklog;
    use library_notification_infra::SqlNotificationQueue;
    use library_shared_infra::{
        SystemClock, UuidV7Generator,
        database::{Database, DatabaseUrl},
    };
    use std::sync::Arc;
    use tokio_util::sync::CancellationToken;

    #[tokio::test]
    async fn who_asks_while_checks_are_made_gets_what_comes_of_them() {
        let database = Database::open(&DatabaseUrl::SqliteMemory).expect("a database in memory");
        let queue = SqlNotificationQueue::new(database.clone(), Arc::new(UuidV7Generator));
        let checks = HealthChecks::new(Checks {
            database,
            cache: None,
            measure_backlog: Arc::new(MeasureBacklog::new(Arc::new(queue), Arc::new(SystemClock))),
            leaving: CancellationToken::new(),
        });
        let (first, second) = tokio::join!(checks.run(), checks.run());
        assert!(Arc::ptr_eq(&first, &second) && first.database.is_up());
        assert!(!Arc::ptr_eq(&first, &checks.run().await), "the past is told again");
    }
}
