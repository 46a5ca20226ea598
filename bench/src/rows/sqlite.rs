use super::interleave;
use crate::{
    ceilings::sqlite::{self, Planned},
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
    let seconds = stage.options.seconds;
    let [once, each_time, subject] = interleave(
        stage,
        [
            &mut |_| sqlite::rate(file, &library.ids, Planned::Once, seconds),
            &mut |_| sqlite::rate(file, &library.ids, Planned::EachTime, seconds),
            &mut |_| Ok(reads.run(&service)?.rate()),
        ],
    )?;
    let row = |against: &str, ceiling| {
        let name = format!("GET /books/{{id}}, SQLite, cache off, against {against} in a loop in one thread");
        Row::ratio(&name, Unit::PerSecond, subject.clone(), ceiling, Target::AtLeast(0.35))
    };
    Ok(vec![row("the select", once)?, row("the select with a LIMIT that is bound, which SQLite plans each time,", each_time)?])
}
