use super::interleave;
use crate::{
    ceilings::pgbench::Pgbench,
    failure::Outcome,
    load::Load,
    report::{Row, Target, Unit},
    service::Service,
    stage::{OWN_CACHE, Stage},
};

pub fn measure(stage: &Stage) -> Outcome<Vec<Row>> {
    let library = stage.on_postgres()?;
    let (url, connections, seconds) = (library.database().url(), stage.options.connections, stage.options.seconds);
    let service = Service::start(&library.service(OWN_CACHE))?;
    let load = |round: u32| Load::new("create.lua", connections, seconds).with("LOAD_ROUND", round.to_string());
    let pgbench =
        |round: u32| Pgbench::new(&url, "create.sql", connections, seconds).with("n", "0").with("round", &round.to_string());
    let [ceiling, subject] =
        interleave(stage, [&mut |round| pgbench(round).rate(), &mut |round| Ok(load(round).run(&service)?.rate())])?;
    let name = "POST /books, against pgbench with the same insert";
    Ok(vec![Row::ratio(name, Unit::PerSecond, subject, ceiling, Target::AtLeast(0.50))?])
}
