use crate::{
    commands::answer,
    config::{Settings, Sources},
    failure::Failure,
};
use library_shared_infra::database::Database;

/// Brings the database's schema up to date.
pub async fn migrate() -> Result<(), Failure> {
    let url = Settings::load_database_url(&Sources::of_process()?)?;
    let database = Database::open(&url)?;
    database.check_reachable().await?;
    match database.migrate().await? {
        0 => answer(&format!("{url} is up to date")),
        count => answer(&format!("{url}: applied {count} migration(s)")),
    }
}
