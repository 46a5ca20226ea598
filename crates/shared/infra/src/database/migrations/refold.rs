//! What PostgreSQL cannot do by itself in a migration: fold texts as the domain does. SQLite is given the domain's function.

use diesel::{
    QueryableByName, RunQueryDsl,
    pg::Pg,
    result::Error as DieselError,
    sql_query,
    sql_types::{Text, Uuid as UuidType},
};
use library_shared_domain::fold;
use uuid::Uuid;

/// The migration that adds the folded texts.
pub(super) const VERSION: &str = "20261120000001";

/// The tables and columns whose texts are folded into `<column>_key`.
const FOLDED: [(&str, &str); 4] = [("books", "title"), ("books", "author"), ("books", "description"), ("members", "name")];

/// How many rows are read at once.
const ROWS: usize = 1_000;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = UuidType)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    text: String,
}

/// Folds every text that is not of ASCII alone; the migration has folded those.
pub(super) fn fold_what_was_there<C>(connection: &mut C) -> Result<(), DieselError>
where
    C: diesel::Connection<Backend = Pg> + diesel::connection::LoadConnection,
{
    for (table, column) in FOLDED {
        let select = format!(
            "SELECT id, {column} AS text FROM {table} WHERE id > $1 AND octet_length({column}) <> char_length({column}) ORDER BY id LIMIT {ROWS}"
        );
        let update = format!("UPDATE {table} SET {column}_key = $1 WHERE id = $2");
        let mut last = Uuid::nil();
        loop {
            let rows: Vec<Row> = sql_query(&select).bind::<UuidType, _>(last).load(connection)?;
            for row in &rows {
                sql_query(&update).bind::<Text, _>(fold(&row.text)).bind::<UuidType, _>(row.id).execute(connection)?;
            }
            match rows.last() {
                Some(row) => last = row.id,
                None => break,
            }
        }
    }
    Ok(())
}
