use library_e2e::{Client, eventually};
use serde_json::Value;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the server has acknowledged, and what it was at when it was killed.
#[derive(Clone, Default)]
pub struct Facts(Arc<Mutex<Vec<Fact>>>);

/// What has to be true once the server is back.
#[derive(Debug)]
pub enum Fact {
    /// This is there, as it was shown.
    There { path: String, body: Value },
    /// This is there, in whatever state.
    Exists { path: String },
    /// This is not there.
    Gone { path: String },
    /// The title of this book is a number of this range: the last that was acknowledged, or one that was asked for after it.
    Numbered { path: String, acknowledged: u64, asked: u64 },
    /// Of the books of this author, all are there.
    Whole { author: String, count: usize },
    /// Of the books of this author, all are there or none is.
    WholeOrNothing { author: String, count: usize },
}

impl Facts {
    /// Notes what has to be true.
    pub fn note(&self, fact: Fact) {
        self.all().push(fact);
    }

    /// Waits until there are so many.
    pub async fn wait_for(&self, count: usize) {
        eventually("writes that are acknowledged", async || (self.all().len() >= count).then_some(())).await;
    }

    /// All of it is true, as the server tells this client.
    pub async fn assert_hold(&self, client: &Client) {
        let facts = std::mem::take(&mut *self.all());
        for fact in facts {
            fact.assert_holds(client).await;
        }
    }

    fn all(&self) -> MutexGuard<'_, Vec<Fact>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fact {
    async fn assert_holds(&self, client: &Client) {
        match self {
            Self::There { path, body } => client.get(path).await.assert_is(200, body),
            Self::Exists { path } => client.get(path).await.assert_status(200),
            Self::Gone { path } => client.get(path).await.assert_status(404),
            Self::Numbered { path, acknowledged, asked } => {
                let title = client.get(path).await.json_of(200)["title"].clone();
                let number: Option<u64> = title.as_str().and_then(|title| title.parse().ok());
                assert!(number.is_some_and(|number| (*acknowledged..=*asked).contains(&number)), "{title}: {self:?}");
            }
            Self::Whole { author, count } => assert_eq!(books_of(client, author).await, *count, "{self:?}"),
            Self::WholeOrNothing { author, count } => {
                let there = books_of(client, author).await;
                assert!(there == 0 || there == *count, "{there} of {self:?}");
            }
        }
    }
}

async fn books_of(client: &Client, author: &str) -> usize {
    client.get(&format!("/books?author={author}&limit=200")).await.json_of(200).as_array().map_or(0, Vec::len)
}
