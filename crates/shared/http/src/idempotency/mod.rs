//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a request with one is executed once, and answered alike each time.

mod answer;
mod command_tasks;
mod invocation;

pub use answer::Answer;
pub use command_tasks::CommandTasks;
pub use invocation::{Invocation, JsonCommand, PathCommand};
