use super::interleave;
use crate::{
    failure::Outcome,
    report::{Row, Target, Unit},
    service::Service,
    stage::{OWN_CACHE, Stage},
};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(30);

pub fn measure(stage: &Stage) -> Outcome<Vec<Row>> {
    let library = stage.on_sqlite()?;
    let path = format!("/books/{}", library.ids[0]);
    let start = || {
        let started = Instant::now();
        let mut service = Service::spawn(&library.service(OWN_CACHE))?;
        service.wait_until_answered(&path, LIMIT)?;
        Ok(started.elapsed().as_secs_f64() * 1_000.0)
    };
    let [figures] = interleave(stage, [&mut |_| start()])?;
    let name = "from the start to the first book, SQLite, migrated";
    Ok(vec![Row::figure(name, Unit::Milliseconds, figures, Target::AtMost(100.0))?])
}
