use std::sync::Arc;
use tokio::sync::Barrier;

/// How many callers race.
pub const WAYS: usize = 16;

/// Runs as many tasks as [`WAYS`], each told its number from zero on, all let go at one moment, and answers with what came of each.
pub async fn race<F>(task: impl Fn(usize) -> F) -> Vec<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let start = Arc::new(Barrier::new(WAYS));
    let running: Vec<_> = (0..WAYS).map(|way| let_go(&start, task(way))).collect();
    let mut outcomes = Vec::with_capacity(WAYS);
    for task in running {
        outcomes.push(task.await.expect("a racing task runs to its end"));
    }
    outcomes
}

/// Runs two tasks, both let go at one moment, and answers with what came of them.
pub async fn race_of_two<A, B>(first: A, second: B) -> (A::Output, B::Output)
where
    A: Future<Output: Send + 'static> + Send + 'static,
    B: Future<Output: Send + 'static> + Send + 'static,
{
    let start = Arc::new(Barrier::new(2));
    let (first, second) = (let_go(&start, first), let_go(&start, second));
    (first.await.expect("the first task runs to its end"), second.await.expect("the second task runs to its end"))
}

/// How many of the outcomes are of this kind.
#[must_use]
pub fn count<T>(outcomes: &[T], is_of_this_kind: impl Fn(&T) -> bool) -> usize {
    outcomes.iter().filter(|outcome| is_of_this_kind(outcome)).count()
}

fn let_go<F>(start: &Arc<Barrier>, task: F) -> tokio::task::JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let start = Arc::clone(start);
    tokio::spawn(async move {
        start.wait().await;
        task.await
    })
}
