use super::interleave;
use crate::{
    ceilings::sqlite,
    failure::{Failure, Outcome},
    library::Database,
    report::{Row, Target, Unit},
    service::Service,
    stage::{NO_CACHE, Stage},
};

pub fn measure(stage: &Stage) -> Outcome<Vec<Row>> {
    let library = stage.on_sqlite()?;
    let Database::Sqlite(file) = library.database() else { return Err(Failure("it is no file".to_owned())) };
    let service = Service::start(&library.service(NO_CACHE))?;
    let reads = stage.reads("sqlite", library.paths())?;
    let [ceiling, subject] = interleave(
        stage,
        [&mut |_| sqlite::rate(file, &library.ids, stage.options.seconds), &mut |_| Ok(reads.run(&service)?.rate())],
    )?;
    let name = "GET /books/{id}, SQLite, cache off, against the select in a loop in one thread";
    Ok(vec![Row::ratio(name, Unit::PerSecond, subject, ceiling, Target::AtLeast(0.35))?])
}
