use super::interleave;
use crate::{
    ceilings::pgbench::Pgbench,
    failure::Outcome,
    library::sql,
    load::Load,
    report::{Row, Target, Unit},
    service::Service,
    stage::{OWN_CACHE, Stage},
};

/// The books that pgbench borrows: one a client, with its number for an id, which it can make by itself.
const BOOKS_OF_CLIENTS: &str = "INSERT INTO books (id, isbn, title, author, description, version, created_at, updated_at, title_key, author_key, description_key) \
     SELECT lpad(to_hex(client), 32, '0')::uuid, (9770000000000 + client)::text, 'A book', 'Jane Austen', '', 1, now(), now(), 'a book', 'jane austen', '' \
     FROM generate_series(0, 1023) AS client ON CONFLICT DO NOTHING";

/// A loan is borrowed and returned: two requests.
const REQUESTS: f64 = 2.0;

pub fn measure(stage: &Stage) -> Outcome<Vec<Row>> {
    let library = stage.on_postgres()?;
    let (url, connections, seconds) = (library.database().url(), stage.options.connections, stage.options.seconds);
    sql(&url, BOOKS_OF_CLIENTS)?;
    let service = Service::start(&library.service(OWN_CACHE))?;
    let (members, books) = (stage.members(library)?, stage.lines("books", library.ids.iter().cloned())?);
    let load = |round: u32| {
        let load = Load::new("lend.lua", connections, seconds).with_a_thread_a_connection();
        let load = load.with("LOAD_MEMBERS", &members).with("LOAD_BOOKS", books.to_string_lossy());
        load.with("LOAD_ROUND", round.to_string())
    };
    let pgbench = |round: u32| {
        let pgbench = Pgbench::new(&url, "lend.sql", connections, seconds).with("member", &library.members[0].id);
        pgbench.with("n", "0").with("round", &round.to_string())
    };
    let [ceiling, subject] =
        interleave(stage, [&mut |round| pgbench(round).rate(), &mut |round| Ok(load(round).run(&service)?.rate() / REQUESTS)])?;
    let name = "POST /loans and its return, against pgbench with the same statements";
    Ok(vec![Row::ratio(name, Unit::PerSecond, subject, ceiling, Target::AtLeast(0.50))?])
}
