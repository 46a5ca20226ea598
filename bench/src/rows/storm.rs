use super::{interleave, login::logins};
use crate::{
    failure::Outcome,
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
    let logins = logins(stage, library, CONNECTIONS, stage.options.seconds + 2 * MARGIN)?;
    let in_a_storm = || {
        let storm = logins.start(&service)?;
        thread::sleep(Duration::from_secs(MARGIN));
        let report = reads.run(&service)?;
        storm.finish()?;
        Ok(report.p99_milliseconds())
    };
    let [ceiling, subject] = interleave(stage, [&mut |_| Ok(reads.run(&service)?.p99_milliseconds()), &mut |_| in_a_storm()])?;
    let name = "p99 of cached reads by 32 connections while 8 log in, against the same without them";
    Ok(vec![Row::ratio(name, Unit::Milliseconds, subject, ceiling, Target::AtMost(1.5))?])
}
