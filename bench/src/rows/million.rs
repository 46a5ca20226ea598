use super::interleave;
use crate::{
    books::RARE_WORD,
    failure::Outcome,
    library::Library,
    report::{Row, Target, Unit},
    service::Service,
    stage::{NO_CACHE, Stage},
};

const FEW: u64 = 10_000;
const MANY: u64 = 1_000_000;

/// As many books of either, spread over all of it: a load that holds a million requests is slow itself.
fn spread_out(library: &Library) -> Vec<String> {
    let all: Vec<_> = library.paths().collect();
    let step = usize::try_from(FEW).map_or(1, |few| (all.len() / few).max(1));
    all.into_iter().step_by(step).collect()
}

pub fn measure(stage: &Stage) -> Outcome<Vec<Row>> {
    let (few, many) = (stage.generated_on_postgres(FEW)?, stage.generated_on_postgres(MANY)?);
    let services = (Service::start(&few.service(NO_CACHE))?, Service::start(&many.service(NO_CACHE))?);
    let compare = |what: &str, paths: &dyn Fn(&Library) -> Vec<String>, most: f64| {
        let small = stage.reads("few", paths(&few).into_iter())?;
        let large = stage.reads("many", paths(&many).into_iter())?;
        let [ceiling, subject] =
            interleave(stage, [&mut |_| Ok(small.run(&services.0)?.rate()), &mut |_| Ok(large.run(&services.1)?.rate())])?;
        let name = format!("a million books against ten thousand, PostgreSQL: {what}, times as slow");
        Row::ratio(&name, Unit::PerSecond, subject, ceiling, Target::AtMost(most))
    };
    Ok(vec![
        compare("by id", &spread_out, 1.15)?,
        compare("the first page", &|_| vec!["/books".to_owned()], 1.2)?,
        compare("page 10,000 (in the middle of either)", &|library| vec![library.middle_page.clone()], 1.2)?,
        compare("a search for a rare word", &|_| vec![format!("/books?q={RARE_WORD}")], 3.0)?,
    ])
}
