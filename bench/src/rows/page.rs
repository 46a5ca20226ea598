use super::interleave;
use crate::{
    ceilings::pgbench::Pgbench,
    failure::Outcome,
    report::{Row, Target, Unit},
    service::Service,
    stage::{OWN_CACHE, Stage},
};

/// A page of 50 asks for one more, to find out whether there is another page.
const ROWS: &str = "51";

pub fn measure(stage: &Stage) -> Outcome<Vec<Row>> {
    let library = stage.on_postgres()?;
    let (connections, seconds) = (stage.options.connections, stage.options.seconds);
    let service = Service::start(&library.service(OWN_CACHE))?;
    let reads = stage.reads("page", ["/books".to_owned()].into_iter())?;
    let pgbench = Pgbench::new(&library.database().url(), "page.sql", connections, seconds).with("limit", ROWS);
    let [ceiling, subject] = interleave(stage, [&mut |_| pgbench.rate(), &mut |_| Ok(reads.run(&service)?.rate())])?;
    let name = "GET /books, a page of 50, against pgbench -M prepared";
    Ok(vec![Row::ratio(name, Unit::PerSecond, subject, ceiling, Target::AtLeast(0.50))?])
}
