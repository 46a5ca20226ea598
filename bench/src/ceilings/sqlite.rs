use crate::failure::{Outcome, While};
use diesel::{Connection, ExpressionMethods, QueryDsl, RunQueryDsl, SqliteConnection, connection::SimpleConnection};
use std::{
    path::Path,
    time::{Duration, Instant},
};

diesel::table! {
    books (id) {
        id -> Binary,
        isbn -> Text,
        title -> Text,
        author -> Text,
        description -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

/// A row as the server reads it.
type Row = (Vec<u8>, String, String, String, String, i64, i64, i64);

/// How the server opens a file, as far as it concerns reading.
const SETTINGS: &str =
    "PRAGMA busy_timeout = 2000; PRAGMA journal_mode = wal; PRAGMA synchronous = full; PRAGMA foreign_keys = on;";

/// How often SQLite plans the statement, which is prepared once.
#[derive(Debug, Clone, Copy)]
pub enum Planned {
    /// Once, as the server's is.
    Once,
    /// At each execution, because a LIMIT is bound to it, as diesel's `first` does: SQLite looks at its value.
    EachTime,
}

/// How many books of a SQLite file are looked up a second by their ids, in one thread and through diesel.
///
/// # Errors
/// Where one is not found.
pub fn rate(file: &Path, ids: &[String], planned: Planned, seconds: u64) -> Outcome<f64> {
    let mut connection = SqliteConnection::establish(&file.to_string_lossy()).doing("opening the database")?;
    connection.batch_execute(SETTINGS).doing("opening the database")?;
    let ids = ids.iter().map(|id| bytes_of(id)).collect::<Option<Vec<_>>>().doing("reading an id")?;
    let (started, limit, mut reads) = (Instant::now(), Duration::from_secs(seconds), 0_u32);
    for id in ids.iter().cycle() {
        let book = books::table.filter(books::id.eq(id));
        let found = match planned {
            Planned::Once => book.get_result::<Row>(&mut connection),
            Planned::EachTime => book.first::<Row>(&mut connection),
        };
        found.doing("looking a book up")?;
        reads += 1;
        // The clock costs little, but not nothing.
        if reads.is_multiple_of(1_000) && started.elapsed() >= limit {
            break;
        }
    }
    Ok(f64::from(reads) / started.elapsed().as_secs_f64())
}

/// The sixteen bytes of a UUID.
fn bytes_of(id: &str) -> Option<Vec<u8>> {
    let digits: String = id.chars().filter(|character| *character != '-').collect();
    let byte = |place: usize| u8::from_str_radix(digits.get(place..place + 2)?, 16).ok();
    (digits.len() == 32).then(|| (0..32).step_by(2).map(byte).collect::<Option<Vec<_>>>())?
}

#[cfg(test)]
mod tests {
    use super::bytes_of;

    #[test]
    fn an_id_is_sixteen_bytes() {
        let id = "01a1f9bd-4d4b-7235-bda4-3d0a66e45b39";
        let bytes = [0x01, 0xa1, 0xf9, 0xbd, 0x4d, 0x4b, 0x72, 0x35, 0xbd, 0xa4, 0x3d, 0x0a, 0x66, 0xe4, 0x5b, 0x39];
        assert_eq!(bytes_of(id).as_deref(), Some(&bytes[..]));
        assert_eq!(bytes_of("01a1f9bd"), None);
    }
}
