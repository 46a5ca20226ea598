use super::interleave;
use crate::{
    failure::Outcome,
    report::{Row, Target, Unit},
    service::Service,
    stage::{OWN_CACHE, Stage},
};

/// How many books are read: all of them are in the cache after the round that warms up.
const HOT: usize = 1_000;

pub fn measure(stage: &Stage) -> Outcome<Vec<Row>> {
    let library = stage.on_sqlite()?;
    let service = Service::start(&library.service(OWN_CACHE))?;
    let (cheapest, reads) = (stage.cheapest_reads()?, stage.reads("cached", library.paths().take(HOT))?);
    let [ceiling, subject] =
        interleave(stage, [&mut |_| Ok(cheapest.run(&service)?.rate()), &mut |_| Ok(reads.run(&service)?.rate())])?;
    let name = "GET /books/{id}, cache in the process, against the cheapest route";
    Ok(vec![Row::ratio(name, Unit::PerSecond, subject, ceiling, Target::AtLeast(0.70))?])
}
