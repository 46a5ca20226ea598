use super::{
    KeyTracking, RedisAddress, RedisScript, TrackedKeys,
    lease::{Connector, Lease},
};
use crate::{
    BreakerPolicy, CircuitBreaker,
    measure::{MeasuredPool, PoolUsage},
};
use deadpool::managed::Pool;
use deadpool_redis::{
    Manager, PoolConfig, PoolError, Runtime, Timeouts,
    redis::{AsyncCommands, Client, ProtocolVersion, RedisError, aio::MultiplexedConnection},
};
use library_shared_domain::{Cause, DependencyError};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{runtime::Handle, time::error::Elapsed};
use tracing::Instrument;

/// How long a command to Redis may take, its connection included. The database answers in a few milliseconds: a cache that
/// takes longer is of no use.
const COMMAND_LIMIT: Duration = Duration::from_millis(50);

/// How long making a connection may take, in the background: with TLS, over a network, longer than a command.
pub(super) const CONNECT_LIMIT: Duration = Duration::from_secs(2);

/// What is written to see whether Redis takes it; it is gone after a millisecond.
pub(super) const PROBE: &str = "library:probe";

/// How many connections a server has to Redis.
const CONNECTIONS: usize = 16;

/// When Redis has not answered five commands in a row, callers are spared the wait: soon it is asked again, and then every two seconds.
const BREAKER: BreakerPolicy =
    BreakerPolicy { failures: 5, shortest: Duration::from_millis(100), longest: Duration::from_secs(2) };

/// What a Redis answers that takes nothing from anybody: it is loading, a replica, or cannot write its file. It is as good as away. One that is full
/// is not among them, for it still forgets what it is told to.
const TAKES_NOTHING: [&str; 4] = ["LOADING", "MASTERDOWN", "MISCONF", "READONLY"];

/// The connections to one Redis, behind a circuit breaker. Clones share both.
#[derive(Clone)]
pub struct RedisConnections {
    pool: MeasuredPool<Connector>,
    command_limit: Duration,
    breaker: CircuitBreaker,
    runtime: Handle,
    is_warming_up: Arc<AtomicBool>,
    /// Makes the connections that Redis tells of changes over.
    tracking_client: Arc<Client>,
}

/// The address is none of Redis's.
#[derive(Debug, thiserror::Error)]
#[error("the address of Redis cannot be used")]
pub struct RedisConnectError(#[source] Cause);

impl RedisConnections {
    /// Opens a pool. Connections are made when they are needed: a Redis that is away keeps nothing from starting.
    ///
    /// # Errors
    /// Where the address cannot be used.
    pub fn open(address: impl Into<RedisAddress>) -> Result<Self, RedisConnectError> {
        let client = address.into().client().map_err(|error| RedisConnectError(error.into()))?;
        let manager = Manager::new(client.get_connection_info().clone()).map_err(|error| RedisConnectError(error.into()))?;
        let timeouts = Timeouts { wait: Some(CONNECT_LIMIT), create: Some(CONNECT_LIMIT), recycle: Some(COMMAND_LIMIT) };
        let config = PoolConfig { max_size: CONNECTIONS, timeouts, ..PoolConfig::default() };
        let pool = Pool::builder(Connector(manager)).config(config).runtime(Runtime::Tokio1).build();
        let pool = pool.map_err(|error| RedisConnectError(error.into()))?;
        let pool = MeasuredPool::new("redis", pool);
        Ok(Self {
            pool,
            command_limit: COMMAND_LIMIT,
            breaker: CircuitBreaker::new("redis", BREAKER),
            runtime: Handle::current(),
            is_warming_up: Arc::default(),
            tracking_client: Arc::new(tracking_client(&client).map_err(|error| RedisConnectError(error.into()))?),
        })
    }

    /// The same with more patience, for tests of what comes of commands that are answered, on machines that do much else.
    #[must_use]
    pub fn with_command_limit(self, command_limit: Duration) -> Self {
        Self { command_limit, ..self }
    }

    /// Hears of every change of these keys, whoever makes it.
    #[must_use]
    pub fn track(&self, keys: Vec<Arc<dyn TrackedKeys>>) -> KeyTracking {
        KeyTracking::start(Arc::clone(&self.tracking_client), keys, &self.runtime)
    }

    /// What decides whether Redis is asked at all.
    #[must_use]
    pub fn breaker(&self) -> &CircuitBreaker {
        &self.breaker
    }

    /// The runtime that they were opened on, for what must outlive a request.
    pub(crate) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// Runs a script on one key, as one atomic step; it answers with whole numbers.
    ///
    /// # Errors
    /// Where Redis is away, does not answer in time, or refuses.
    pub async fn invoke(&self, script: &RedisScript, key: &str, arguments: &[u64]) -> Result<Vec<i64>, RedisCommandError> {
        let mut invocation = script.0.key(key);
        for argument in arguments {
            invocation.arg(*argument);
        }
        self.run(|mut connection| async move { invocation.invoke_async(&mut connection).await }).await
    }

    /// Asks Redis whether it is there and takes what it is given, with more patience than a command has: a connection may have to be made
    /// first. The circuit breaker hears what comes of it, so that it closes where nobody else asks.
    ///
    /// # Errors
    /// Where it does not answer within two seconds.
    pub async fn ping(&self) -> Result<(), DependencyError> {
        let written = self.execute(|mut connection| async move { connection.pset_ex::<_, _, ()>(PROBE, "", 1).await });
        let permit = self.breaker.admit();
        let outcome = tokio::time::timeout(CONNECT_LIMIT, written).await.unwrap_or_else(|elapsed| Err(elapsed.into()));
        if let Some(permit) = permit {
            permit.ended(is_answered(&outcome));
        }
        outcome.map_err(|error| DependencyError::unavailable("cache", error))
    }

    /// How the pool is used now.
    #[must_use]
    pub fn usage(&self) -> PoolUsage {
        self.pool.usage()
    }

    pub(crate) async fn run<T, F>(&self, command: impl FnOnce(MultiplexedConnection) -> F) -> Result<T, RedisCommandError>
    where
        F: Future<Output = Result<T, RedisError>>,
    {
        let permit = self.breaker.admit().ok_or(RedisCommandError::TurnedAway)?;
        let outcome = tokio::time::timeout(self.command_limit, self.execute(command)).await;
        let outcome: Result<T, RedisCommandError> = outcome.unwrap_or_else(|error| {
            self.warm_up();
            Err(error.into())
        });
        permit.ended(is_answered(&outcome));
        outcome
    }

    /// Executes a command over a connection, which stays in the pool where Redis has answered. Where it broke, Redis went, and those that
    /// wait in the pool are broken as well.
    async fn execute<T, F>(&self, command: impl FnOnce(MultiplexedConnection) -> F) -> Result<T, RedisCommandError>
    where
        F: Future<Output = Result<T, RedisError>>,
    {
        let lease = Lease::new(self.pool.get().await?);
        let outcome = command(lease.connection()).await.map_err(RedisCommandError::from);
        if is_answered(&outcome) {
            lease.give_back();
        } else {
            self.pool.clear();
        }
        outcome
    }

    /// Makes a connection in the background, where it may take longer than a caller waits, and leaves it in the pool. Without it, a
    /// Redis whose connections take long to make would never be reached.
    fn warm_up(&self) {
        if self.is_warming_up.swap(true, Ordering::SeqCst) {
            return;
        }
        let connections = self.clone();
        let connect = async move {
            if let Err(error) = connections.pool.get().await {
                // Whoever asked has been told only that it took too long: that a certificate was refused is said here.
                tracing::warn!(error = %error, "redis_connect_failed");
            }
            connections.is_warming_up.store(false, Ordering::SeqCst);
        };
        self.runtime.spawn(connect.in_current_span());
    }
}

/// Redis says something unasked only in the third version of its protocol.
fn tracking_client(client: &Client) -> Result<Client, RedisError> {
    let address = client.get_connection_info().clone();
    let settings = address.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
    Client::open(address.set_redis_settings(settings))
}

/// Whether Redis answered a command, as was hoped for or not.
pub(super) fn is_answered<T>(outcome: &Result<T, RedisCommandError>) -> bool {
    outcome.as_ref().err().is_none_or(RedisCommandError::is_an_answer)
}

/// Why a command to Redis came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum RedisCommandError {
    /// There is no connection.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// Redis refuses, or the connection broke.
    #[error(transparent)]
    Redis(#[from] RedisError),
    /// It took too long.
    #[error("no answer in time")]
    TimedOut(#[from] Elapsed),
    /// It was not tried, because others have failed just now.
    #[error("the circuit breaker is open")]
    TurnedAway,
}

impl RedisCommandError {
    /// Whether Redis answered, though not as was hoped for.
    fn is_an_answer(&self) -> bool {
        matches!(self, Self::Redis(error) if error.code().is_some_and(|code| !TAKES_NOTHING.contains(&code)))
    }

    /// Notes that something came to nothing. That others failed before it has been noted already.
    pub fn log(&self, what: &'static str) {
        match self {
            Self::TurnedAway => tracing::debug!("{what}"),
            Self::Pool(_) | Self::Redis(_) | Self::TimedOut(_) => tracing::warn!(error = %self, "{what}"),
        }
    }
}
