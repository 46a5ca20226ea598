use std::{
    sync::{Mutex, PoisonError},
    time::Instant,
};

/// What was asked and told, in no order but that of its times.
#[derive(Default)]
pub struct History(Mutex<Record>);

/// Everything that was told.
#[derive(Default)]
pub struct Record {
    /// What was told.
    pub events: Vec<Event>,
    /// How many changes were neither made nor refused, as far as their client knows.
    pub unknown: usize,
}

/// Something that a client was told.
#[derive(Debug, Clone)]
pub struct Event {
    /// When it was asked.
    pub asked: Instant,
    /// When it was told.
    pub told: Instant,
    /// What.
    pub what: What,
}

/// What a client was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The book has this title in this version.
    Read { book: String, version: u64, title: String },
    /// It was given this title, which made this version.
    Changed { book: String, version: u64, title: String },
    /// The book was lent.
    Lent { book: String, loan: String },
    /// The loan was returned.
    Returned { loan: String },
    /// The refresh token was taken, for another.
    Rotated { token: String },
    /// A book was added with this key, or had been.
    Added { key: String, id: String },
}

impl History {
    /// Notes what was told.
    pub fn note(&self, asked: Instant, what: What) {
        let event = Event { asked, told: Instant::now(), what };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).events.push(event);
    }

    /// Notes that nobody knows whether a change was made.
    pub fn note_unknown(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).unknown += 1;
    }

    /// All of it.
    pub fn take(&self) -> Record {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
