//! The whole service, over real HTTP: the binary runs as a child process, on a database of each test's own.
//!
//! - [`Server`]: one running `library-server`, to be asked, ended and started again; it dies with its value;
//! - [`Client`] and [`Answer`]: what is asked, and whole answers to compare with [`Problem`]s and JSON, [`SOME_TIME`] standing for times;
//! - [`Member`], [`Borrower`], [`Tokens`]: what a test is given, by `server.given_book()` and its like;
//! - [`Collector`]: where a server sends its traces;
//! - [`Scrape`] and [`Sample`]: what Prometheus is told;
//! - [`Storage`], [`Backend`]: the databases that servers share; [`Log`]: what a server has said;
//! - [`Command`]: the binary's other commands; [`library_server`], [`without_settings`]: what it and other programs are run from;
//!   [`eventually`], [`racing`]: waiting without sleeping, and all at once.
//!
//! The tests in `tests/http` stand by resource and verb; `races`, `lifecycle` and `real_books` beside them. The crate knows the
//! service by its addresses and its environment alone, and no other crate of it.

#![allow(clippy::missing_panics_doc, reason = "a panic here is how a test fails")]

mod answer;
mod binary;
mod client;
mod collector;
mod command;
mod given;
mod log;
mod polling;
mod problem;
mod process;
mod scrape;
mod server;
mod storage;
mod times;

pub use answer::{Answer, link_to};
pub use binary::library_server;
pub use client::{Client, read_to_end};
pub use collector::{CollectedSpan, Collector};
pub use command::{Command, Finished, without_settings};
pub use given::{Borrower, Member, PASSWORD, Tokens, token_in};
pub use log::Log;
pub use polling::{LIMIT, eventually, racing};
pub use problem::Problem;
pub use scrape::{Sample, Scrape};
pub use server::{KEY, Server, ServerBuilder};
pub use storage::{Backend, Storage};
pub use times::SOME_TIME;
