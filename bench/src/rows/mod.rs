//! The rows of the table, a file each, or each family of them.

mod cached;
mod creation;
mod lending;
mod login;
mod memory;
mod million;
mod page;
mod postgres;
mod redis;
mod sqlite;
mod start;
mod storm;

use crate::{
    failure::{Failure, Outcome},
    report::Row,
    stage::Stage,
};

/// Rows that are measured together.
pub struct Family {
    /// What it is asked for by.
    pub name: &'static str,
    /// What it measures.
    pub about: &'static str,
    /// Whether it takes so long that it has to be asked for.
    pub is_long: bool,
    /// Measures it.
    pub measure: fn(&Stage) -> Outcome<Vec<Row>>,
}

/// All there are.
pub const FAMILIES: [Family; 12] = [
    Family { name: "cached", about: "a book from the cache in the process", is_long: false, measure: cached::measure },
    Family { name: "redis", about: "a book from Redis", is_long: false, measure: redis::measure },
    Family { name: "postgres", about: "a book from PostgreSQL", is_long: false, measure: postgres::measure },
    Family { name: "sqlite", about: "a book from SQLite", is_long: false, measure: sqlite::measure },
    Family { name: "page", about: "a page of 50 books", is_long: false, measure: page::measure },
    Family { name: "lending", about: "borrowing and returning", is_long: false, measure: lending::measure },
    Family { name: "creation", about: "a new book", is_long: false, measure: creation::measure },
    Family { name: "login", about: "a log-in", is_long: false, measure: login::measure },
    Family { name: "storm", about: "reads while many log in", is_long: false, measure: storm::measure },
    Family { name: "start", about: "from the start to the first answer", is_long: false, measure: start::measure },
    Family {
        name: "memory",
        about: "memory idle and after a minute of everything, twice",
        is_long: true,
        measure: memory::measure,
    },
    Family { name: "million", about: "a million books against ten thousand", is_long: true, measure: million::measure },
];

/// Those that were asked for: by their names, or else all, or all that do not take long.
///
/// # Errors
/// Where there is none of a name.
pub fn chosen(names: &[String], all: bool) -> Outcome<Vec<&'static Family>> {
    if let Some(unknown) = names.iter().find(|name| FAMILIES.iter().all(|family| family.name != **name)) {
        return Err(Failure(format!("there is no row `{unknown}`")));
    }
    let is_chosen = |family: &&Family| {
        if names.is_empty() { all || !family.is_long } else { names.iter().any(|name| name == family.name) }
    };
    Ok(FAMILIES.iter().filter(is_chosen).collect())
}

/// One of several measurements that take turns; it is told the number of the round.
type Turn<'a> = &'a mut dyn FnMut(u32) -> Outcome<f64>;

/// Lets measurements take turns, so that whatever disturbs the machine meets each of them. Round nought warms up and does not count.
fn interleave<const COUNT: usize>(stage: &Stage, turns: [Turn; COUNT]) -> Outcome<[Vec<f64>; COUNT]> {
    let mut rounds = [const { Vec::new() }; COUNT];
    let mut turns = turns;
    for round in 0..=stage.options.rounds {
        for (figures, turn) in rounds.iter_mut().zip(&mut turns) {
            let figure = turn(round)?;
            if round > 0 {
                figures.push(figure);
            }
        }
    }
    Ok(rounds)
}

#[cfg(test)]
mod tests {
    use super::{FAMILIES, chosen};

    #[test]
    fn rows_are_chosen_by_name_and_those_that_take_long_only_when_asked_for() {
        let names = |names: &[&str], all| {
            let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            chosen(&names, all).map(|families| families.iter().map(|family| family.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&["million", "cached"], false).expect("both are there"), ["cached", "million"]);
        assert_eq!(names(&[], true).expect("all").len(), FAMILIES.len());
        assert!(!names(&[], false).expect("the short ones").contains(&"million"));
        assert!(names(&["cached", "cash"], false).is_err());
    }
}
