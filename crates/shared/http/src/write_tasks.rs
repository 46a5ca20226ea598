use crate::Problem;
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

/// Runs writes to their end, even where the client leaves in the middle: a commit whose cached value is not forgotten afterwards
/// would leave the old value to be read.
///
/// They run on the runtime that this was made on, which outlives the workers that answer requests; a shutdown waits for them.
#[derive(Debug, Clone)]
pub struct WriteTasks {
    runtime: Handle,
    tracker: TaskTracker,
}

impl WriteTasks {
    /// Tasks on the current runtime.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn on_current_runtime() -> Self {
        Self { runtime: Handle::current(), tracker: TaskTracker::new() }
    }

    /// Runs a write, and waits for what comes of it.
    ///
    /// # Errors
    /// Where the write panicked.
    pub async fn run<T: Send + 'static>(&self, write: impl Future<Output = T> + Send + 'static) -> Result<T, Problem> {
        let task = self.tracker.spawn_on(write.in_current_span(), &self.runtime);
        task.await.map_err(Problem::internal)
    }

    /// Waits until every write has ended. Call it when no request can begin another.
    pub async fn finish(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }
}
