use crate::polling::{LIMIT, eventually_or_none};
use serde_json::Value;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// What a server has said on stdout (as JSON) and on stderr.
#[derive(Clone, Default)]
pub struct Log {
    lines: Arc<Mutex<Vec<String>>>,
    is_unread: Arc<AtomicBool>,
}

impl Log {
    /// Keeps a line, once somebody reads.
    pub(crate) fn push(&self, line: String) {
        while self.is_unread.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(10));
        }
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// Reads nothing more of what the server says, or goes on reading.
    pub fn read(&self, is_read: bool) {
        self.is_unread.store(!is_read, Ordering::SeqCst);
    }

    /// Every line, as it was said.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Every line that is JSON.
    #[must_use]
    pub fn events(&self) -> Vec<Value> {
        self.lines().iter().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// The events of this name so far.
    #[must_use]
    pub fn events_named(&self, name: &str) -> Vec<Value> {
        self.events().into_iter().filter(|event| event["message"] == name).collect()
    }

    /// The first event of this name of which something is true, as soon as there is one.
    ///
    /// # Panics
    /// When there is none within [`LIMIT`].
    pub async fn wait_for(&self, name: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let found = eventually_or_none(async || self.events_named(name).into_iter().find(&is_it)).await;
        found.unwrap_or_else(|| panic!("no {name} within {LIMIT:?}: {:#?}", self.lines()))
    }

    /// The events that are logged under the request of this id, as soon as it has been answered and that has been logged.
    pub async fn events_of_request(&self, id: &str) -> Vec<Value> {
        let is_of = |span: &Value| span["request_id"] == id;
        let is_under = |event: &Value| event["spans"].as_array().is_some_and(|spans| spans.iter().any(is_of));
        self.wait_for("request_finished", is_under).await;
        self.events().into_iter().filter(is_under).collect()
    }
}
