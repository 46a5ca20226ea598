use crate::{
    config::{Settings, Sources},
    failure::Failure,
};
use library_shared_infra::database::Database;

/// Brings the database's schema up to date.
#[expect(clippy::print_stdout, reason = "a command's answer goes to stdout")]
pub async fn migrate() -> Result<(), Failure> {
    let url = Settings::load_database_url(&Sources::of_process()?)?;
    let database = Database::open(&url)?;
    database.check_reachable().await?;
    match database.migrate().await? {
        0 => println!("{url} is up to date"),
        count => println!("{url}: applied {count} migration(s)"),
    }
    Ok(())
}
