use super::connection::Connection;
use crate::{
    failure::{Outcome, While},
    library::Library,
};
use serde_json::{Value, json};

/// A kind of request that is counted.
pub struct Kind {
    /// What it is called among the figures.
    pub name: &'static str,
    /// What is asked.
    pub script: fn(&Library) -> Script,
}

/// Requests that go on and on in the same way.
pub struct Script {
    turn: usize,
    step: Step,
}

/// What is asked in each turn, of which this is the number.
type Step = Box<dyn FnMut(&mut Connection, usize) -> Outcome<()>>;

impl Script {
    /// Asks once more.
    ///
    /// # Errors
    /// Where the answer is another than it has to be.
    pub fn ask(&mut self, connection: &mut Connection) -> Outcome<()> {
        self.turn += 1;
        (self.step)(connection, self.turn)
    }
}

/// All that are counted.
pub const KINDS: [Kind; 5] = [
    Kind { name: "read a book, cached", script: read },
    Kind { name: "a page of 50 books", script: page },
    Kind { name: "add a book", script: add },
    Kind { name: "borrow and return", script: lend },
    Kind { name: "refused, 401", script: refused },
];

const JSON: &str = "Content-Type: application/json\r\n";

/// So few that all of them are in the cache after the requests that warm up.
const HOT: usize = 50;

fn read(library: &Library) -> Script {
    let paths: Vec<_> = library.paths().take(HOT).collect();
    script(move |connection, turn| connection.ask("GET", &paths[turn % paths.len()], "", "", 200).map(drop))
}

fn page(_: &Library) -> Script {
    script(|connection, _| connection.ask("GET", "/books", "", "", 200).map(drop))
}

fn add(_: &Library) -> Script {
    script(|connection, turn| {
        let isbn = format!("979{turn:010}");
        let book = json!({"title": "A new book", "author": "Jane Austen", "isbn": isbn, "description": "Counted."});
        connection.ask("POST", "/books", JSON, &book.to_string(), 201).map(drop)
    })
}

fn lend(library: &Library) -> Script {
    let member = &library.members[0];
    let headers = format!("{JSON}Authorization: Bearer {}\r\n", member.access_token);
    let loan = json!({"book_id": library.ids[0], "member_id": member.id}).to_string();
    script(move |connection, _| {
        let answer: Value = serde_json::from_str(&connection.ask("POST", "/loans", &headers, &loan, 201)?).doing("borrowing")?;
        let id = answer["id"].as_str().doing("borrowing")?;
        connection.ask("POST", &format!("/loans/{id}/return"), &headers, "", 200).map(drop)
    })
}

fn refused(_: &Library) -> Script {
    script(|connection, _| connection.ask("GET", "/loans", "", "", 401).map(drop))
}

fn script(step: impl FnMut(&mut Connection, usize) -> Outcome<()> + 'static) -> Script {
    Script { turn: 0, step: Box::new(step) }
}
