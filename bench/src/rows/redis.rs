use super::interleave;
use crate::{
    ceilings::redis_benchmark,
    command::output_of,
    failure::Outcome,
    report::{Row, Target, Unit},
    service::Service,
    stage::Stage,
};
use std::process::Command;

const HOT: usize = 1_000;

/// A user of Redis that is told of no changes, so that a server has no level in its process above Redis.
const UNTOLD: &str = "untold";
const PASSWORD: &str = "no-secret";

pub fn measure(stage: &Stage) -> Outcome<Vec<Row>> {
    let (library, redis) = (stage.on_postgres()?, stage.redis()?);
    add_untold_user(redis.port())?;
    let untold_url = redis.url().replace("redis://", &format!("redis://{UNTOLD}:{PASSWORD}@"));
    let (layered, alone) = (Service::start(&library.service(&redis.url()))?, Service::start(&library.service(&untold_url))?);
    let (cheapest, reads) = (stage.cheapest_reads()?, stage.reads("redis", library.paths().take(HOT))?);
    // After the first read it is there, so the ceiling asks for what the server asks for.
    layered.client().get(&format!("/books/{}", library.ids[0]))?;
    let (key, connections, seconds) =
        (format!("library:book:{}", library.ids[0]), stage.options.connections, stage.options.seconds);
    let [gets, cheapest, layered, alone] = interleave(
        stage,
        [
            &mut |_| redis_benchmark::rate(redis.port(), &key, connections, seconds),
            &mut |_| Ok(cheapest.run(&layered)?.rate()),
            &mut |_| Ok(reads.run(&layered)?.rate()),
            &mut |_| Ok(reads.run(&alone)?.rate()),
        ],
    )?;
    let row = |what: &str, against: &str, subject: &[f64], ceiling: &[f64], least: f64| {
        let name = format!("GET /books/{{id}}, {what}, against {against}");
        Row::ratio(&name, Unit::PerSecond, subject.to_vec(), ceiling.to_vec(), Target::AtLeast(least))
    };
    let (with_level, without) = ("Redis and a level in the process", "Redis alone");
    let (ceiling, cheapest_route) = ("redis-benchmark GET", "the cheapest route");
    Ok(vec![
        row(with_level, ceiling, &layered, &gets, 0.40)?,
        row(with_level, cheapest_route, &layered, &cheapest, 0.65)?,
        row(without, ceiling, &alone, &gets, 0.40)?,
        row(without, cheapest_route, &alone, &cheapest, 0.35)?,
    ])
}

fn add_untold_user(port: u16) -> Outcome<()> {
    let mut command = Command::new("redis-cli");
    command.args(["-h", "127.0.0.1", "-p", &port.to_string(), "ACL", "SETUSER", UNTOLD, "on", &format!(">{PASSWORD}")]);
    output_of(command.args(["~*", "&*", "+@all", "-client|tracking"])).map(drop)
}
