//! What a request costs in instructions: a figure that no other load on the machine moves.
//!
//! A server of the release build runs under callgrind, with one worker and one connection. It is asked a fixed number of times, and in another
//! run twice as often; the difference is the cost, so that neither the start nor the end of the server counts.

mod connection;
mod figures;
mod kinds;

use crate::{
    command_line::{CommandLine, InstructionOptions},
    failure::{Failure, Outcome, While},
    library::{Database, Library},
    service::{Service, ServiceSettings},
    stage::{OWN_CACHE, Stage},
};
use clap::Parser;
use connection::Connection;
use figures::Figures;
use kinds::{KINDS, Kind};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// How often each kind is asked in the shorter of its runs, and in the longer.
const REQUESTS: u32 = 500;

/// What fills caches and prepares statements before that, in both.
const WARM_UP: u32 = 100;

/// The catalogue of this script: the pages of its tables differ no more than its figures may.
const BOOKS: u64 = 1_000;

/// Counts, and keeps the figures or compares them with those that are committed.
///
/// # Errors
/// Where a request costs more than is allowed, or nothing can be counted.
pub fn run(options: &InstructionOptions) -> Outcome<()> {
    let stage = Stage::new(CommandLine::parse_from(["bench"]).options)?;
    let library = stage.generated_on_sqlite(BOOKS)?;
    let mut figures = Figures::default();
    println!("| request | instructions | spread |\n|---|---|---|");
    for kind in &KINDS {
        let costs = (0..options.times.max(1)).map(|_| cost_of(kind, &library, stage.directory()));
        let mut costs = costs.collect::<Outcome<Vec<_>>>()?;
        costs.sort_unstable();
        let (median, least, most) = (costs[costs.len() / 2], costs[0], costs[costs.len() - 1]);
        println!("| {} | {median} | {least}–{most} |", kind.name);
        figures.insert(kind.name, median);
    }
    if options.check { figures.check() } else { figures.keep() }
}

fn cost_of(kind: &Kind, library: &Library, folder: &Path) -> Outcome<u32> {
    let (short, long) = (count(kind, library, folder, REQUESTS)?, count(kind, library, folder, 2 * REQUESTS)?);
    let cost = long.checked_sub(short).map(|difference| difference / u64::from(REQUESTS));
    cost.and_then(|cost| u32::try_from(cost).ok()).doing("counting what more requests cost")
}

/// All that a server does from its start to its end, asked so often, on a copy of the database.
fn count(kind: &Kind, library: &Library, folder: &Path, requests: u32) -> Outcome<u64> {
    let Database::Sqlite(original) = library.database() else { return Err(Failure("it is no file".to_owned())) };
    let database = copy(original, folder)?;
    let output = folder.join("callgrind.out");
    let valgrind = ["valgrind", "--quiet", "--tool=callgrind"].map(str::to_owned);
    let output_option = format!("--callgrind-out-file={}", output.display());
    let settings = ServiceSettings::new(&Database::Sqlite(database).url(), OWN_CACHE)
        // One connection is one worker's.
        .with("MAX_CONNECTIONS", "1")
        .without_worker()
        .under(valgrind.into_iter().chain([output_option]).map(Into::into));
    let service = Service::start(&settings)?;
    let mut connection = Connection::to(service.address())?;
    let mut script = (kind.script)(library);
    for _ in 0..WARM_UP + requests {
        script.ask(&mut connection)?;
    }
    drop(connection);
    service.end()?;
    total(&fs::read_to_string(&output).doing(output.display())?)
}

fn copy(original: &Path, folder: &Path) -> Outcome<PathBuf> {
    let copy = folder.join("copy.db");
    for suffix in ["-wal", "-shm"] {
        let left_over = folder.join(format!("copy.db{suffix}"));
        if left_over.exists() {
            fs::remove_file(&left_over).doing(left_over.display())?;
        }
    }
    fs::copy(original, &copy).doing(original.display())?;
    Ok(copy)
}

/// The sum that callgrind ends its file with.
fn total(text: &str) -> Outcome<u64> {
    let total = text.lines().find_map(|line| line.strip_prefix("totals: ")?.trim().parse().ok());
    total.doing("reading what callgrind counted")
}

#[cfg(test)]
mod tests {
    use super::total;

    #[test]
    fn the_sum_of_callgrind_is_read() {
        assert_eq!(total("events: Ir\nfn=(1) main\n0 12\ntotals: 262560376\n").expect("there is one"), 262_560_376);
        assert!(total("events: Ir\n").is_err());
    }
}
