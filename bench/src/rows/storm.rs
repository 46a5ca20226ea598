use super::{interleave, login::logins};
use crate::{
    failure::Outcome,
    load::Load,
    report::{Row, Target, Unit},
    service::Service,
    stage::{OWN_CACHE, Stage},
};
use std::{thread, time::Duration};

const HOT: usize = 1_000;

/// How many log in, again and again, while as many read as in every other row.
const CONNECTIONS: usize = 8;

/// The storm begins before the reads, and ends after them.
const MARGIN: u64 = 1;

pub fn measure(stage: &Stage) -> Outcome<Vec<Row>> {
    let library = stage.on_postgres()?;
    let service = Service::start(&library.service(OWN_CACHE))?;
    let reads = stage.reads("storm", library.paths().take(HOT))?;
    let seconds = stage.options.seconds + 2 * MARGIN;
    let logins = logins(stage, library, CONNECTIONS, seconds)?;
    let more_reads = stage.reads("more", library.paths().take(HOT))?.by(CONNECTIONS, seconds);
    let during = |other: &Load| {
        let other = other.start(&service)?;
        thread::sleep(Duration::from_secs(MARGIN));
        let report = reads.run(&service)?;
        other.finish()?;
        Ok(report.p99_milliseconds())
    };
    let [alone, among_reads, in_a_storm] = interleave(
        stage,
        [&mut |_| Ok(reads.run(&service)?.p99_milliseconds()), &mut |_| during(&more_reads), &mut |_| during(&logins)],
    )?;
    let row = |against: &str, ceiling| {
        let name = format!("p99 of cached reads by 32 connections while 8 log in, against the same {against}");
        Row::ratio(&name, Unit::Milliseconds, in_a_storm.clone(), ceiling, Target::AtMost(1.5))
    };
    Ok(vec![row("without them", alone)?, row("while 8 more read", among_reads)?])
}
