use crate::{
    books::RARE_WORD,
    failure::Outcome,
    library::{Library, PASSWORD},
    load::Load,
    report::{Row, Target, Unit},
    service::Service,
    stage::{OWN_CACHE, Stage},
};
use std::{thread, time::Duration};

const CONNECTIONS: usize = 64;
const SECONDS: u64 = 60;

/// A server has done by then what it does after its start.
const SETTLING: Duration = Duration::from_secs(3);

/// What is taken for no growth: resident pages are never exactly as many.
const NO_GROWTH: f64 = 1.05;

pub fn measure(stage: &Stage) -> Outcome<Vec<Row>> {
    let mut rows = measure_on(stage, stage.on_postgres()?, &stage.redis()?.url(), "PostgreSQL and Redis")?;
    rows.extend(measure_on(stage, stage.on_sqlite()?, OWN_CACHE, "SQLite and a cache in the process")?);
    Ok(rows)
}

fn measure_on(stage: &Stage, library: &Library, cache: &str, name: &str) -> Outcome<Vec<Row>> {
    let service = Service::start(&library.service(cache))?;
    thread::sleep(SETTLING);
    let idle = service.resident_mebibytes()?;
    let (members, books) = (stage.members(library)?, stage.lines("books", library.ids.iter().cloned())?);
    let after_everything = |round: u32| {
        let load = Load::new("everything.lua", CONNECTIONS, SECONDS).with_a_thread_a_connection();
        let load = load.with("LOAD_MEMBERS", &members).with("LOAD_BOOKS", books.to_string_lossy());
        let load = load.with("LOAD_PASSWORD", PASSWORD).with("LOAD_WORD", RARE_WORD);
        // Rounds of other rows are up to a few tens.
        load.with("LOAD_ROUND", (90 + round).to_string()).run(&service)?;
        service.resident_mebibytes()
    };
    let (once, twice) = (after_everything(0)?, after_everything(1)?);
    let row = |what: &str, figure, most| {
        Row::figure(&format!("memory, {name}: {what}"), Unit::Mebibytes, vec![figure], Target::AtMost(most))
    };
    Ok(vec![
        row("idle", idle, 25.0)?,
        row("after 60 s of everything at 64 connections", once, 80.0)?,
        Row::ratio(
            &format!("memory, {name}: after the same again, against the first time"),
            Unit::Mebibytes,
            vec![twice],
            vec![once],
            Target::AtMost(NO_GROWTH),
        )?,
    ])
}
