use super::{
    Answer, Invocation,
    answer::{receipt_of, replay},
};
use crate::{Problem, WriteTasks};
use actix_web::HttpResponse;
use library_shared_app::{ExecuteOnce, ExecuteOnceError, Executed};
use library_shared_domain::idempotency::Completion;
use std::sync::Arc;

/// Runs commands to their end, as [`WriteTasks`] runs writes; and one that was given with a key once, however often it is given.
#[derive(Clone)]
pub struct CommandTasks {
    writes: WriteTasks,
    execute_once: Arc<ExecuteOnce>,
}

impl CommandTasks {
    /// Commands that run among these writes.
    #[must_use]
    pub const fn new(writes: WriteTasks, execute_once: Arc<ExecuteOnce>) -> Self {
        Self { writes, execute_once }
    }

    /// Runs the command, or answers as it was answered before.
    ///
    /// `command` judges the fields and calls the use case, which it hands the completion; `answer` is what success is answered with.
    ///
    /// # Errors
    /// Those of the command; 409 while it runs already, 422 where its key was given to another one.
    pub async fn run<T, F>(
        &self,
        invocation: Invocation,
        command: impl FnOnce(Completion<T>) -> F + Send + 'static,
        answer: impl Fn(&T) -> Answer + Clone + Send + Sync + 'static,
    ) -> Result<HttpResponse, Problem>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        let Some(keyed) = invocation.into_keyed() else {
            let outcome = self.writes.run(command(Completion::not_asked())).await??;
            return answer(&outcome).into_response();
        };
        let execute_once = Arc::clone(&self.execute_once);
        let kept = answer.clone();
        let receipt = move |outcome: &T| kept(outcome).receipt();
        // Claim and all, so that no claim is left open by a client that leaves.
        let execution = async move { execute_once.execute(keyed, receipt, receipt_of, command).await };
        match self.writes.run(execution).await?? {
            Executed::Now(outcome) => answer(&outcome?).into_response(),
            Executed::Before(kept) => replay(&kept),
        }
    }
}

impl From<ExecuteOnceError> for Problem {
    fn from(error: ExecuteOnceError) -> Self {
        match error {
            ExecuteOnceError::Running => {
                let detail = "A request with this Idempotency-Key is still being worked on. Please try again.";
                Self::conflict("idempotency-key-in-use", "Idempotency key in use", detail).asking_to_try_again()
            }
            ExecuteOnceError::OtherCommand => Self::unprocessable(
                "idempotency-key-reused",
                "Idempotency key reused",
                "This Idempotency-Key was given to another request.",
            ),
            ExecuteOnceError::CallerMissing => Self::bad_access_token(),
            ExecuteOnceError::Dependency(error) => error.into(),
        }
    }
}
