use super::{SqlError, postgres::PostgresAddress};
use crate::measure::MeasuredPool;
use deadpool::managed::{self, BuildError, Metrics, Pool, PoolError, RecycleError, RecycleResult};
use diesel::{ConnectionError, result::Error as DieselError};
use diesel_async::AsyncPgConnection;
use futures_util::FutureExt;
use std::sync::Arc;
use tokio::time::error::Elapsed;
use tokio_util::task::AbortOnDropHandle;

/// A connection to PostgreSQL that carries many statements at a time: each is sent without waiting for the answers to those before it, and
/// several travel together. PostgreSQL answers them one after another, so it is for short ones alone.
///
/// diesel tells its instrumentation that a statement has ended, not which: there are no spans of what is asked over it.
pub struct Pipeline {
    connection: AsyncPgConnection,
    driver: AbortOnDropHandle<()>,
}

impl Pipeline {
    pub(super) const fn new(connection: AsyncPgConnection, driver: AbortOnDropHandle<()>) -> Self {
        Self { connection, driver }
    }
}

/// Makes pipelines, which are served on the runtime that asks for them.
pub struct Pipelines(PostgresAddress);

impl Pipelines {
    /// A pool of one pipeline, which callers share: each has it for no longer than it takes to get hold of it.
    pub fn pool_of_one(address: &PostgresAddress) -> Result<Pool<Self>, BuildError> {
        super::pools::pool(Self(address.clone()), 1)
    }
}

impl managed::Manager for Pipelines {
    type Type = Arc<Pipeline>;
    type Error = ConnectionError;

    async fn create(&self) -> Result<Arc<Pipeline>, ConnectionError> {
        // In a box, because it is large, and would be part of the future of every look-up.
        self.0.connect_pipeline().boxed().await.map(Arc::new)
    }

    async fn recycle(&self, pipeline: &mut Arc<Pipeline>, _: &Metrics) -> RecycleResult<ConnectionError> {
        if pipeline.driver.is_finished() { Err(RecycleError::message("the connection has ended")) } else { Ok(()) }
    }
}

/// The worker's pipeline, for one statement. Who leaves in the middle of it leaves the answer to the pipeline, which drops it.
pub struct PipelinedConnection {
    pipeline: Arc<Pipeline>,
    pool: MeasuredPool<Pipelines>,
}

impl PipelinedConnection {
    /// The pipeline of a pool of one.
    pub(super) async fn of(pool: &MeasuredPool<Pipelines>) -> Result<Self, PoolError<ConnectionError>> {
        let pipeline = Arc::clone(&*pool.get().await?);
        Ok(Self { pipeline, pool: pool.clone() })
    }

    pub(super) fn connection(&self) -> &AsyncPgConnection {
        &self.pipeline.connection
    }

    /// Notes how the statement ended: where its time was up, those behind it on the pipeline wait in vain, and the next callers get another.
    pub(super) fn finish_statement<T>(&self, outcome: Result<Result<T, DieselError>, Elapsed>) -> Result<T, SqlError> {
        if outcome.is_err() {
            self.pool.retain(|pipeline| !Arc::ptr_eq(pipeline, &self.pipeline));
        }
        outcome.map_err(|_| SqlError::timed_out())?.map_err(SqlError::from)
    }
}
