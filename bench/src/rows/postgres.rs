use super::interleave;
use crate::{
    ceilings::pgbench::{LOOK_UPS, Pgbench},
    failure::Outcome,
    report::{Row, Target, Unit},
    service::Service,
    stage::{NO_CACHE, Stage},
};

pub fn measure(stage: &Stage) -> Outcome<Vec<Row>> {
    let library = stage.on_postgres()?;
    let (connections, seconds) = (stage.options.connections, stage.options.seconds);
    let service = Service::start(&library.service(NO_CACHE))?;
    let reads = stage.reads("postgres", library.paths())?;
    let pgbench = Pgbench::of_look_ups(&library.database().url(), stage.directory(), &library.ids, connections, seconds)?;
    #[expect(clippy::cast_precision_loss, reason = "it is a small number")]
    let look_ups = LOOK_UPS as f64;
    let [ceiling, subject] =
        interleave(stage, [&mut |_| Ok(pgbench.rate()? * look_ups), &mut |_| Ok(reads.run(&service)?.rate())])?;
    let name = "GET /books/{id}, PostgreSQL, cache off, against pgbench -M prepared";
    Ok(vec![Row::ratio(name, Unit::PerSecond, subject, ceiling, Target::AtLeast(0.60))?])
}
