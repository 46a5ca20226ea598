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

#[cfg(test)]
mod tests {
    use super::WriteTasks;
    use futures_util::FutureExt;
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    };
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn a_write_answers_with_what_comes_of_it() {
        assert_eq!(WriteTasks::on_current_runtime().run(async { 42 }).await.expect("run"), 42);
    }

    #[tokio::test]
    async fn a_write_runs_to_its_end_when_nobody_waits_for_it_any_more() {
        let (writes, has_ended) = (WriteTasks::on_current_runtime(), Arc::new(AtomicBool::new(false)));
        let (begun, has_begun) = oneshot::channel();
        let (go_on, may_go_on) = oneshot::channel();
        let write = {
            let has_ended = Arc::clone(&has_ended);
            async move {
                begun.send(()).expect("the test waits");
                may_go_on.await.expect("the test lets it go on");
                has_ended.store(true, Ordering::SeqCst);
            }
        };
        {
            let mut waiting = Box::pin(writes.run(write));
            assert!(waiting.as_mut().now_or_never().is_none());
            has_begun.await.expect("begun");
        }
        go_on.send(()).expect("the write is still there");
        writes.finish().await;
        assert!(has_ended.load(Ordering::SeqCst));
    }

    #[tokio::test]
    async fn to_finish_is_to_wait_for_every_write() {
        let writes = WriteTasks::on_current_runtime();
        let (go_on, may_go_on) = oneshot::channel::<()>();
        assert!(Box::pin(writes.run(may_go_on)).as_mut().now_or_never().is_none());
        let mut finishing = Box::pin(writes.finish());
        assert!(finishing.as_mut().now_or_never().is_none());
        go_on.send(()).expect("the write is still there");
        finishing.await;
    }

    #[tokio::test]
    async fn a_write_that_panics_is_a_fault_of_ours_and_is_not_waited_for() {
        let writes = WriteTasks::on_current_runtime();
        let problem = writes.run::<()>(async { panic!("on purpose") }).await.expect_err("a problem");
        assert_eq!(problem.status().as_u16(), 500);
        writes.finish().await;
    }
}
