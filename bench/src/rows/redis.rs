use super::interleave;
use crate::{
    ceilings::redis_benchmark,
    failure::Outcome,
    report::{Row, Target, Unit},
    service::Service,
    stage::Stage,
};

const HOT: usize = 1_000;

pub fn measure(stage: &Stage) -> Outcome<Vec<Row>> {
    let (library, redis) = (stage.on_postgres()?, stage.redis()?);
    let service = Service::start(&library.service(&redis.url()))?;
    let (cheapest, reads) = (stage.cheapest_reads()?, stage.reads("redis", library.paths().take(HOT))?);
    // After the first read it is there, so the ceiling asks for what the server asks for.
    service.client().get(&format!("/books/{}", library.ids[0]))?;
    let (key, connections, seconds) =
        (format!("library:book:{}", library.ids[0]), stage.options.connections, stage.options.seconds);
    let [gets, cheapest, subject] = interleave(
        stage,
        [
            &mut |_| redis_benchmark::rate(redis.port(), &key, connections, seconds),
            &mut |_| Ok(cheapest.run(&service)?.rate()),
            &mut |_| Ok(reads.run(&service)?.rate()),
        ],
    )?;
    let name = |ceiling: &str| format!("GET /books/{{id}}, Redis, against {ceiling}");
    Ok(vec![
        Row::ratio(&name("redis-benchmark GET"), Unit::PerSecond, subject.clone(), gets, Target::AtLeast(0.40))?,
        Row::ratio(&name("the cheapest route"), Unit::PerSecond, subject, cheapest, Target::AtLeast(0.35))?,
    ])
}
