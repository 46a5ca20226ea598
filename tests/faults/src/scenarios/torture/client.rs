use super::{
    history::{History, What},
    world::{World, locked, text},
};
use crate::{Outcome, Reply};
use library_e2e::{Client, Tokens};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use reqwest::RequestBuilder;
use serde_json::json;
use std::{sync::Arc, time::Instant};

/// A client that does one thing after another, each at random.
pub struct TortureClient {
    client: Client,
    number: usize,
    random: StdRng,
    world: Arc<World>,
    history: Arc<History>,
    changes: u64,
}

impl TortureClient {
    pub fn new(client: &Client, number: usize, seed: u64, world: Arc<World>, history: Arc<History>) -> Self {
        let own = u64::try_from(number).expect("so few");
        let borrower = &world.borrowers[number % world.borrowers.len()];
        let client = client.with_token(borrower.client.token().expect("they are logged in"));
        Self { client, number, random: StdRng::seed_from_u64(seed + own), world, history, changes: 0 }
    }

    pub async fn act_until(mut self, ends: Instant) {
        while Instant::now() < ends {
            match self.random.random_range(0..10) {
                0 | 1 => self.read().await,
                2 => self.change_what_was_expected().await,
                3 => self.change_whatever_is_there().await,
                4 | 5 => self.borrow().await,
                6 | 7 => self.give_back().await,
                8 => self.rotate().await,
                _ => self.add_once().await,
            }
        }
    }

    async fn read(&mut self) {
        let book = self.any_book();
        let asked = Instant::now();
        if let Some(reply) = self.ask(self.client.request("GET", &path(&book)), &[200]).await {
            let (version, title) = state(&reply);
            self.history.note(asked, What::Read { book, version, title });
        }
    }

    async fn change_what_was_expected(&mut self) {
        let book = self.any_book();
        let Some(read) = self.ask(self.client.request("GET", &path(&book)), &[200]).await else { return };
        let body = json!({"title": self.new_title(), "author": "Somebody", "description": ""});
        let expected = read.etag.expect("a book has a tag");
        let request = self.client.request("PUT", &path(&book)).header("If-Match", expected).json(&body);
        self.change(book, request, &[200, 412]).await;
    }

    async fn change_whatever_is_there(&mut self) {
        let book = self.any_book();
        let patch = json!({"title": self.new_title()}).to_string();
        let request = self.client.request("PATCH", &path(&book)).header("Content-Type", "application/merge-patch+json");
        self.change(book, request.body(patch), &[200]).await;
    }

    async fn change(&mut self, book: String, request: RequestBuilder, expected: &[u16]) {
        let asked = Instant::now();
        if let Some(reply) = self.ask(request, expected).await.filter(|reply| reply.status == 200) {
            let (version, title) = state(&reply);
            self.history.note(asked, What::Changed { book, version, title });
        }
    }

    async fn borrow(&mut self) {
        let (book, asked) = (self.any_book(), Instant::now());
        let member = &self.world.borrowers[self.number % self.world.borrowers.len()].member.id;
        let request = self.client.request("POST", "/loans").json(&json!({"book_id": book, "member_id": member}));
        if let Some(reply) = self.ask(request, &[201, 409]).await.filter(|reply| reply.status == 201) {
            let loan = text(&reply.json()["id"]);
            self.history.note(asked, What::Lent { book, loan: loan.clone() });
            locked(&self.world.loans).push(loan);
        }
    }

    async fn give_back(&mut self) {
        let loan = {
            let loans = locked(&self.world.loans);
            if loans.is_empty() {
                return;
            }
            loans[self.random.random_range(0..loans.len())].clone()
        };
        let asked = Instant::now();
        let request = self.client.request("POST", &format!("/loans/{loan}/return"));
        let Some(reply) = self.ask(request, &[200, 422]).await else { return };
        // Whoever comes later is told that it was returned, for as long as they still find it here.
        locked(&self.world.loans).retain(|other| *other != loan);
        if reply.status == 200 {
            self.history.note(asked, What::Returned { loan });
        }
    }

    async fn rotate(&mut self) {
        let (slot, token) = {
            let sessions = locked(&self.world.sessions);
            let slot = self.random.random_range(0..sessions.len());
            (slot, sessions[slot].clone())
        };
        let asked = Instant::now();
        let request = self.client.request("POST", "/auth/refresh").json(&json!({"refresh_token": token}));
        if let Some(reply) = self.ask(request, &[200, 401]).await.filter(|reply| reply.status == 200) {
            locked(&self.world.sessions)[slot] = Tokens::of(&reply.json()).refresh;
            self.history.note(asked, What::Rotated { token });
        }
    }

    async fn add_once(&mut self) {
        let (key, book) = self.world.next_addition();
        let asked = Instant::now();
        let request = self.client.request("POST", "/books").header("Idempotency-Key", &key).json(&book);
        // A key belongs to its caller: to another one, the book is there already.
        let Some(reply) = self.ask(request, &[201, 409]).await.filter(|reply| reply.status == 201) else { return };
        self.history.note(asked, What::Added { key, id: text(&reply.json()["id"]) });
    }

    /// The answer, which has one of these statuses; none where the service asks for patience.
    async fn ask(&self, request: RequestBuilder, expected: &[u16]) -> Option<Reply> {
        let outcome = Outcome::of(request).await;
        if outcome.asks_for_patience() {
            self.history.note_unknown();
            return None;
        }
        match outcome {
            Outcome::Answered(reply) if expected.contains(&reply.status) => Some(reply),
            other => panic!("{expected:?} was expected: {other:?}"),
        }
    }

    fn any_book(&mut self) -> String {
        self.world.books[self.random.random_range(0..self.world.books.len())].clone()
    }

    /// A title that nobody else gives.
    fn new_title(&mut self) -> String {
        self.changes += 1;
        format!("Edition {} of {}", self.changes, self.number)
    }
}

fn path(book: &str) -> String {
    format!("/books/{book}")
}

/// The version and the title that an answer shows.
fn state(reply: &Reply) -> (u64, String) {
    let tag = reply.etag.as_deref().expect("a book has a tag");
    (tag.trim_matches('"').parse().expect("a number"), text(&reply.json()["title"]))
}
