use super::history::{Record, What};
use crate::new_book;
use library_e2e::{Borrower, Server, Tokens};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// So few that everybody meets.
const BOOKS: usize = 4;
const BORROWERS: usize = 8;
const SESSIONS: usize = 4;

/// How many requests are sent with one key.
const ATTEMPTS: usize = 6;

/// What all clients know of, and act on.
pub struct World {
    /// The ids of the books.
    pub books: Vec<String>,
    /// Who borrows.
    pub borrowers: Vec<Borrower>,
    /// The newest refresh token of each session.
    pub sessions: Mutex<Vec<String>>,
    /// Loans that may still be open.
    pub loans: Mutex<Vec<String>>,
    /// Books that are added with a key each; the last is being added.
    added: Mutex<Vec<(Value, usize)>>,
}

impl World {
    /// A few things of each kind.
    pub async fn new(server: &Server) -> Self {
        let mut books = Vec::new();
        for _ in 0..BOOKS {
            books.push(text(&server.given_book().await["id"]));
        }
        let borrowers = server.given_borrowers(BORROWERS).await;
        let mut sessions = Vec::new();
        for borrower in &borrowers[..SESSIONS] {
            sessions.push(server.given_login(&borrower.member).await.refresh);
        }
        Self { books, borrowers, sessions: Mutex::new(sessions), loans: Mutex::default(), added: Mutex::default() }
    }

    /// A book to add, and the key to add it with, which others have been told as well.
    pub fn next_addition(&self) -> (String, Value) {
        let mut added = locked(&self.added);
        if added.last().is_none_or(|(_, attempts)| *attempts >= ATTEMPTS) {
            added.push((new_book(), 0));
        }
        let number = added.len();
        let (book, attempts) = added.last_mut().expect("there is one");
        *attempts += 1;
        (format!("addition-{number}"), book.clone())
    }

    /// The service is in the state that the clients were told.
    pub async fn assert_ended_as(&self, record: &Record, server: &Server) {
        for book in &self.books {
            let answer = server.get(&format!("/books/{book}")).await;
            let mut versions = BTreeMap::new();
            for event in &record.events {
                if let What::Changed { book: changed, version, title } = &event.what
                    && changed == book
                {
                    versions.insert(*version, title.clone());
                }
            }
            let (last, title) = versions.pop_last().expect("each book has been changed");
            let version: u64 = answer.etag().trim_matches('"').parse().expect("a number");
            assert!(version >= last, "version {last} of {book} is lost: {answer:#?}");
            assert!(version > last || answer.json()["title"] == title.as_str(), "{title}: {answer:#?}");
            assert!(version == last || record.unknown > 0, "version {version} was made by nobody");
        }
        // Every session goes on, however many raced for its tokens.
        let sessions = locked(&self.sessions).clone();
        for token in sessions.iter().filter(|_| record.unknown == 0) {
            let _ = Tokens::of(&server.post("/auth/refresh", json!({"refresh_token": token})).await.json_of(200));
        }
        let added = locked(&self.added).clone();
        for (book, _) in added {
            let found = server.get(&format!("/books?isbn={}", text(&book["isbn"]))).await.json_of(200);
            assert!(found.as_array().is_some_and(|books| books.len() <= 1), "{found}");
        }
    }
}

/// What stands behind a lock.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A text of an answer.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
