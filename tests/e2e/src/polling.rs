use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::Barrier, task::JoinSet};

/// How long anything may take that is sure to come, on a machine that does much else.
pub const LIMIT: Duration = Duration::from_secs(30);

const INTERVAL: Duration = Duration::from_millis(20);

/// Asks again and again until there is an answer.
///
/// # Panics
/// When there is none within [`LIMIT`].
pub async fn eventually<T>(what: &str, ask: impl AsyncFnMut() -> Option<T>) -> T {
    eventually_or_none(ask).await.unwrap_or_else(|| panic!("{what}: not within {LIMIT:?}"))
}

/// Asks again and again until there is an answer; none when there is none within [`LIMIT`].
pub async fn eventually_or_none<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + LIMIT;
    while Instant::now() < deadline {
        if let Some(answer) = ask().await {
            return Some(answer);
        }
        tokio::time::sleep(INTERVAL).await;
    }
    None
}

/// Does so many things at once, which all begin when the last of them is ready to; what comes of them stands in their order.
pub async fn racing<F, T>(count: usize, act: impl Fn(usize) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let ready = Arc::new(Barrier::new(count));
    let mut racers = JoinSet::new();
    for number in 0..count {
        let (ready, act) = (Arc::clone(&ready), act(number));
        racers.spawn(async move {
            ready.wait().await;
            (number, act.await)
        });
    }
    let mut outcomes = racers.join_all().await;
    outcomes.sort_unstable_by_key(|(number, _)| *number);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}
