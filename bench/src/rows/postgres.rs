use super::interleave;
use crate::{
    ceilings::pgbench::Pgbench,
    failure::Outcome,
    report::{Row, Target, Unit},
    service::Service,
    stage::{NO_CACHE, Stage},
};

pub fn measure(stage: &Stage) -> Outcome<Vec<Row>> {
    let library = stage.on_postgres()?;
    let (connections, seconds) = (stage.options.connections, stage.options.seconds);
    let service = Service::start(&library.service(NO_CACHE))?;
    // One book, because pgbench's own variables hold numbers alone, and it asks for one.
    let reads = stage.reads("postgres", library.paths().take(1))?;
    let pgbench = Pgbench::new(&library.database().url(), "read.sql", connections, seconds).with("book", &library.ids[0]);
    let [ceiling, subject] = interleave(stage, [&mut |_| pgbench.rate(), &mut |_| Ok(reads.run(&service)?.rate())])?;
    let name = "GET /books/{id}, PostgreSQL, cache off, against pgbench -M prepared";
    Ok(vec![Row::ratio(name, Unit::PerSecond, subject, ceiling, Target::AtLeast(0.60))?])
}
