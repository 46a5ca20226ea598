use super::interleave;
use crate::{
    ceilings::argon2id,
    failure::Outcome,
    library::{Library, PASSWORD},
    load::Load,
    report::{Row, Target, Unit},
    service::Service,
    stage::{OWN_CACHE, Stage},
};
use std::thread;

/// Enough to keep the hasher busy.
const CONNECTIONS: usize = 8;

pub fn measure(stage: &Stage) -> Outcome<Vec<Row>> {
    let library = stage.on_postgres()?;
    let service = Service::start(&library.service(OWN_CACHE))?;
    let logins = logins(stage, library, CONNECTIONS, stage.options.seconds)?;
    // As many as the server lets hash at once: half of the processors.
    let threads = thread::available_parallelism().map_or(1, |processors| (processors.get() / 2).max(1));
    let [ceiling, subject] =
        interleave(stage, [&mut |_| argon2id::rate(threads, stage.options.seconds), &mut |_| Ok(logins.run(&service)?.rate())])?;
    let name = format!("POST /auth/login, against raw Argon2id in {threads} thread(s)");
    Ok(vec![Row::ratio(&name, Unit::PerSecond, subject, ceiling, Target::AtLeast(0.90))?])
}

/// The members of a library logging in.
pub fn logins(stage: &Stage, library: &Library, connections: usize, seconds: u64) -> Outcome<Load> {
    let load = Load::new("login.lua", connections, seconds).with("LOAD_PASSWORD", PASSWORD);
    Ok(load.with("LOAD_MEMBERS", stage.members(library)?))
}
