use deadpool::managed::{self, Metrics, Object, RecycleResult};
use deadpool_redis::{
    Manager,
    redis::{RedisError, aio::MultiplexedConnection},
};

/// Makes connections as deadpool-redis does, and hands them out again without asking Redis whether they are good, which would be a second
/// trip for every command: whoever finds out that one is not lets it go.
pub struct Connector(pub Manager);

impl managed::Manager for Connector {
    type Type = MultiplexedConnection;
    type Error = RedisError;

    async fn create(&self) -> Result<MultiplexedConnection, RedisError> {
        self.0.create().await
    }

    async fn recycle(&self, _: &mut MultiplexedConnection, _: &Metrics) -> RecycleResult<RedisError> {
        Ok(())
    }
}

/// A connection for one command. It goes back to its pool only where it is said to be good: dropped, also in the middle of a command, it is
/// closed.
pub struct Lease(Option<Object<Connector>>);

impl Lease {
    pub const fn new(connection: Object<Connector>) -> Self {
        Self(Some(connection))
    }

    /// The connection.
    ///
    /// # Panics
    /// Never: a lease holds its connection until it is given back or dropped.
    pub fn connection(&self) -> MultiplexedConnection {
        self.0.as_deref().expect("a lease holds its connection until it is given back or dropped").clone()
    }

    /// Lets the next one have it.
    pub fn give_back(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(Object::take(connection));
        }
    }
}
