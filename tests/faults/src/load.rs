use crate::{Outcome, Sample, Samples};
use library_e2e::Client;
use reqwest::RequestBuilder;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// Clients that send one request after another until they are told to stop.
pub struct Load {
    clients: JoinSet<()>,
    samples: Arc<Mutex<Vec<Sample>>>,
    is_stopped: Arc<AtomicBool>,
}

impl Load {
    /// Each client sends what `request` makes for it, told its number and how many it has sent before, and the next one when it has the
    /// answer, but no more often than `pace` says.
    pub fn start<R>(clients: Vec<Client>, pace: Duration, request: R) -> Self
    where
        R: Fn(&Client, usize, usize) -> RequestBuilder + Send + Sync + 'static,
    {
        let (samples, is_stopped) = (Arc::<Mutex<Vec<Sample>>>::default(), Arc::<AtomicBool>::default());
        let request = Arc::new(request);
        let mut tasks = JoinSet::new();
        for (number, client) in clients.into_iter().enumerate() {
            let (samples, is_stopped, request) = (Arc::clone(&samples), Arc::clone(&is_stopped), Arc::clone(&request));
            tasks.spawn(async move {
                for round in 0.. {
                    if is_stopped.load(Ordering::Relaxed) {
                        return;
                    }
                    let began = Instant::now();
                    let id = format!("load-{number}-{round}");
                    let outcome = Outcome::of(request(&client, number, round).header("X-Request-Id", &id)).await;
                    let took = began.elapsed();
                    samples.lock().unwrap_or_else(PoisonError::into_inner).push(Sample { id, began, took, outcome });
                    tokio::time::sleep(pace.saturating_sub(took)).await;
                }
            });
        }
        Self { clients: tasks, samples, is_stopped }
    }

    /// Lets it go on for so long.
    pub async fn run_for(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    /// Waits until so many requests in all have been answered or have failed.
    pub async fn wait_for(&self, count: usize) {
        library_e2e::eventually("requests", async || (self.count() >= count).then_some(())).await;
    }

    /// What the clients saw, once each of them has its last answer.
    pub async fn stop(self) -> Samples {
        self.is_stopped.store(true, Ordering::Relaxed);
        self.clients.join_all().await;
        Samples::new(std::mem::take(&mut self.samples.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    fn count(&self) -> usize {
        self.samples.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// So many clients like this one, each with connections of its own.
#[must_use]
pub fn clients_of(client: &Client, count: usize) -> Vec<Client> {
    (0..count).map(|_| client.another()).collect()
}
