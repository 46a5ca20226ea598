use super::{
    RedisCommandError,
    connections::{CONNECT_LIMIT, PROBE, is_answered},
};
use backon::{BackoffBuilder, ExponentialBuilder};
use deadpool_redis::redis::{
    AsyncCommands, AsyncConnectionConfig, Client, Cmd, PushInfo, PushKind, Value, aio::MultiplexedConnection,
};
use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::runtime::Handle;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

/// How often Redis is asked whether it is there.
const INTERVAL: Duration = Duration::from_millis(10);

/// How long it may take to answer that before the connection is given up.
const ANSWER_LIMIT: Duration = Duration::from_secs(1);

/// How often it is seen to that Redis takes what it is given, which one that is the master no more does not: it may hear of nothing itself.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);

/// Keys whose changes somebody wants to hear of.
pub trait TrackedKeys: Send + Sync {
    /// What they begin with.
    fn prefix(&self) -> &str;

    /// A key has been written, has been deleted, or has expired. It may be one of others', with another prefix.
    fn changed(&self, key: &[u8]);

    /// Any of them may have changed.
    fn all_changed(&self);
}

/// Hears from Redis of every key with a prefix that changes, whoever changes it (`CLIENT TRACKING` with `BCAST`,
/// <https://redis.io/docs/latest/develop/reference/client-side-caching/>), over a connection of its own. It ends when the last clone is dropped.
///
/// Word of a change comes over the same connection as the answers to our questions, and in order. So when an answer is here, all word of what
/// changed before the question was asked is, too; and as long as the last answered question is young enough, nothing older is unheard of.
#[derive(Clone)]
pub struct KeyTracking {
    freshness: Arc<Freshness>,
    _listening: Arc<AbortOnDropHandle<()>>,
}

impl KeyTracking {
    /// The most time that passes between a change in Redis and that it is heard of, or is known to be unheard of.
    pub const LAG: Duration = Duration::from_millis(40);

    /// Begins to listen, and does not stop trying.
    pub(super) fn start(client: Arc<Client>, keys: Vec<Arc<dyn TrackedKeys>>, runtime: &Handle) -> Self {
        let freshness = Arc::new(Freshness::new());
        let listener = Listener { client, keys: keys.into(), freshness: Arc::clone(&freshness) };
        let listening = runtime.spawn(listener.listen().in_current_span());
        Self { freshness, _listening: Arc::new(AbortOnDropHandle::new(listening)) }
    }

    /// Whether everything that changed longer ago than [`LAG`](Self::LAG) has been heard of.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.freshness.age() < Self::LAG
    }
}

/// Since when nothing may have been missed.
struct Freshness {
    origin: Instant,
    /// In microseconds since the origin; 0 where anything may have been missed.
    known_until: AtomicU64,
}

impl Freshness {
    fn new() -> Self {
        // So that the first moments are not taken for fresh.
        let origin = Instant::now().checked_sub(Duration::from_hours(1)).unwrap_or_else(Instant::now);
        Self { origin, known_until: AtomicU64::new(0) }
    }

    fn age(&self) -> Duration {
        self.origin.elapsed().saturating_sub(Duration::from_micros(self.known_until.load(Ordering::SeqCst)))
    }

    fn confirm(&self, asked_at: Instant) {
        let elapsed = asked_at.saturating_duration_since(self.origin);
        self.known_until.store(u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX), Ordering::SeqCst);
    }

    fn lose(&self) {
        self.known_until.store(0, Ordering::SeqCst);
    }
}

struct Listener {
    client: Arc<Client>,
    keys: Arc<[Arc<dyn TrackedKeys>]>,
    freshness: Arc<Freshness>,
}

impl Listener {
    async fn listen(self) {
        let patience = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(100))
            .with_max_delay(Duration::from_secs(2))
            .without_max_times();
        let mut pauses = patience.build();
        let mut is_told = false;
        loop {
            let failure = match self.connect().await {
                Ok(connection) => {
                    (pauses, is_told) = (patience.build(), false);
                    let Err(failure) = self.follow(connection).await;
                    failure
                }
                Err(failure) => failure,
            };
            self.freshness.lose();
            // Once, until it works again: the look-ups that go to Redis instead tell of a Redis that is away.
            if !std::mem::replace(&mut is_told, true) {
                tracing::warn!(error = %failure, "redis_tracking_failed");
            }
            tokio::time::sleep(pauses.next().unwrap_or(INTERVAL)).await;
        }
    }

    /// Makes a connection that Redis tells of changes.
    async fn connect(&self) -> Result<MultiplexedConnection, RedisCommandError> {
        let keys = Arc::clone(&self.keys);
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_LIMIT))
            .set_response_timeout(Some(ANSWER_LIMIT))
            .set_push_sender(move |push| {
                tell(&keys, &push);
                Ok::<_, Infallible>(())
            });
        let connecting = self.client.get_multiplexed_async_connection_with_config(&config);
        let mut connection = tokio::time::timeout(CONNECT_LIMIT, connecting).await??;
        let mut track = Cmd::new();
        track.arg("CLIENT").arg("TRACKING").arg("ON").arg("BCAST");
        for keys in &*self.keys {
            track.arg("PREFIX").arg(keys.prefix());
        }
        tokio::time::timeout(ANSWER_LIMIT, track.query_async::<()>(&mut connection)).await??;
        // What changed before that was not told.
        for keys in &*self.keys {
            keys.all_changed();
        }
        Ok(connection)
    }

    /// Asks again and again, until there is no answer.
    async fn follow(&self, mut connection: MultiplexedConnection) -> Result<Infallible, RedisCommandError> {
        let mut probed_at = None;
        loop {
            if probed_at.is_none_or(|probed_at: Instant| probed_at.elapsed() >= PROBE_INTERVAL) {
                probe(&mut connection).await?;
                probed_at = Some(Instant::now());
            }
            let asked_at = Instant::now();
            tokio::time::timeout(ANSWER_LIMIT, Cmd::ping().query_async::<()>(&mut connection)).await??;
            self.freshness.confirm(asked_at);
            tokio::time::sleep(INTERVAL).await;
        }
    }
}

/// Sees whether Redis takes what it is given. One that is full does not, and tells of changes all the same.
async fn probe(connection: &mut MultiplexedConnection) -> Result<(), RedisCommandError> {
    let written = tokio::time::timeout(ANSWER_LIMIT, connection.pset_ex::<_, _, ()>(PROBE, "", 1)).await?;
    let outcome = written.map_err(RedisCommandError::from);
    if is_answered(&outcome) { Ok(()) } else { outcome }
}

/// Hands on what Redis says has changed: some keys, or, where it has thrown everything away, all of them.
fn tell(tracked: &[Arc<dyn TrackedKeys>], push: &PushInfo) {
    if push.kind != PushKind::Invalidate {
        return;
    }
    for changed in &push.data {
        for keys in tracked {
            match changed {
                Value::Array(changed) => changed.iter().filter_map(text).for_each(|key| keys.changed(key)),
                _ => keys.all_changed(),
            }
        }
    }
}

fn text(value: &Value) -> Option<&[u8]> {
    match value {
        Value::BulkString(bytes) => Some(bytes),
        _ => None,
    }
}
