use super::facts::{Fact, Facts};
use crate::{Outcome, Reply};
use library_e2e::{Borrower, Client, PASSWORD, Server, Tokens};
use library_testkit::{unique_email, unique_isbn};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

/// How many books a batch adds: a part of what goes into one transaction.
const BATCH: usize = 20;

/// Who writes until the server is gone, and notes what it has acknowledged.
pub struct Writer {
    client: Client,
    facts: Facts,
    task: Task,
}

enum Task {
    AddBooks,
    AddBatches { author: String },
    DeleteBooks,
    NumberBook { path: String },
    LendAndTakeBack { book: Value, member: String },
    Register,
    Rotate { tokens: Tokens },
}

impl Writer {
    /// A writer of every kind, each with what it needs.
    pub async fn each(server: &Server, borrower: &Borrower, facts: &Facts, round: u64) -> Vec<Self> {
        let (numbered, lent) = (server.given_book().await, server.given_book().await);
        let tokens = server.given_login(&borrower.member).await;
        let token = borrower.client.token().expect("they are logged in").to_owned();
        let tasks = [
            Task::AddBooks,
            Task::AddBatches { author: format!("batch-{round}") },
            Task::DeleteBooks,
            Task::NumberBook { path: path_of("books", &numbered) },
            Task::LendAndTakeBack { book: lent, member: borrower.member.id.clone() },
            Task::Register,
            Task::Rotate { tokens },
        ];
        let writer = |task| Self { client: server.another().with_token(&token), facts: facts.clone(), task };
        tasks.map(writer).into()
    }

    /// Writes until there is no answer any more.
    pub async fn write_until_the_server_is_gone(self) {
        let Self { client, facts, task } = self;
        // Each ends with the first request that is not answered.
        match task {
            Task::AddBooks => while add_book(&client, &facts).await.is_some() {},
            Task::AddBatches { author } => add_batches(&client, &facts, &author).await,
            Task::DeleteBooks => while delete_a_book(&client, &facts).await.is_some() {},
            Task::NumberBook { path } => number_book(&client, &facts, &path).await,
            Task::LendAndTakeBack { book, member } => {
                while lend_and_take_back(&client, &facts, &book, &member).await.is_some() {}
            }
            Task::Register => while register(&client, &facts).await.is_some() {},
            Task::Rotate { tokens } => rotate(&client, tokens).await,
        }
    }
}

async fn add_book(client: &Client, facts: &Facts) -> Option<Value> {
    let isbn = unique_isbn();
    let book = json!({"title": "Kept", "author": "Somebody", "isbn": isbn.as_str()});
    let body = attempt(client.request("POST", "/books").json(&book), 201).await?.json();
    facts.note(Fact::There { path: path_of("books", &body), body: body.clone() });
    Some(body)
}

async fn delete_a_book(client: &Client, facts: &Facts) -> Option<()> {
    let isbn = unique_isbn();
    let book = json!({"title": "Gone", "author": "Somebody", "isbn": isbn.as_str()});
    let path = path_of("books", &attempt(client.request("POST", "/books").json(&book), 201).await?.json());
    attempt(client.request("DELETE", &path), 204).await?;
    facts.note(Fact::Gone { path });
    Some(())
}

async fn add_batches(client: &Client, facts: &Facts, prefix: &str) {
    for number in 0.. {
        let author = format!("{prefix}-{number}");
        let book = || json!({"title": "One of many", "author": author, "isbn": unique_isbn().as_str()});
        let batch: Vec<_> = (0..BATCH).map(|_| book()).collect();
        facts.note(Fact::WholeOrNothing { author: author.clone(), count: BATCH });
        if attempt(client.request("POST", "/books/batch").json(&json!({"books": batch})), 200).await.is_none() {
            return;
        }
        facts.note(Fact::Whole { author, count: BATCH });
    }
}

async fn number_book(client: &Client, facts: &Facts, path: &str) {
    let mut acknowledged = None;
    for asked in 1.. {
        let book = json!({"title": asked.to_string(), "author": "Somebody", "description": ""});
        if attempt(client.request("PUT", path).json(&book), 200).await.is_some() {
            acknowledged = Some(asked);
            continue;
        }
        if let Some(acknowledged) = acknowledged {
            facts.note(Fact::Numbered { path: path.to_owned(), acknowledged, asked });
        }
        return;
    }
}

async fn lend_and_take_back(client: &Client, facts: &Facts, book: &Value, member: &str) -> Option<()> {
    let loan = json!({"book_id": book["id"], "member_id": member});
    let path = path_of("loans", &attempt(client.request("POST", "/loans").json(&loan), 201).await?.json());
    facts.note(Fact::Exists { path: path.clone() });
    let body = attempt(client.request("POST", &format!("{path}/return")), 200).await?.json();
    facts.note(Fact::There { path, body });
    Some(())
}

async fn register(client: &Client, facts: &Facts) -> Option<()> {
    let member = json!({"name": "Ada", "email": unique_email().as_str(), "password": PASSWORD});
    let body = attempt(client.request("POST", "/members").json(&member), 201).await?.json();
    facts.note(Fact::There { path: path_of("members", &body), body });
    Some(())
}

/// What must hold of sessions stands in SQL: one that goes on has one token that is good.
async fn rotate(client: &Client, mut tokens: Tokens) {
    while let Some(reply) =
        attempt(client.request("POST", "/auth/refresh").json(&json!({"refresh_token": tokens.refresh})), 200).await
    {
        tokens = Tokens::of(&reply.json());
    }
}

/// The answer, which has to have this status; none once the server is gone.
async fn attempt(request: RequestBuilder, status: u16) -> Option<Reply> {
    match Outcome::of(request).await {
        Outcome::Answered(reply) => {
            assert_eq!(reply.status, status, "{reply:?}");
            Some(reply)
        }
        Outcome::Refused | Outcome::Broken(_) => None,
    }
}

fn path_of(resource: &str, thing: &Value) -> String {
    format!("/{resource}/{}", thing["id"].as_str().expect("an id"))
}
