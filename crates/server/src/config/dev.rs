use super::Sources;
use rand::RngExt;
use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process,
};

const DATABASE: &str = "library.db";
const KEY: &str = "library.key";

/// What the keys begin with that are for development, so that a production knows them.
const DEVELOPMENT_KEY: &str = "insecure-development-key-";

/// What `dev` fills in where nothing else is said: its environment, SQLite, a cache in this process, links to the port that is listened on, and a
/// random key that is kept beside the database, so that tokens outlive a restart.
///
/// # Errors
/// Where the key can be neither read nor kept.
pub fn dev_defaults(sources: &Sources) -> io::Result<Vec<(String, String)>> {
    let given = sources.given();
    let mut defaults = vec![
        ("ENVIRONMENT".to_owned(), "dev".to_owned()),
        ("DATABASE_URL".to_owned(), format!("sqlite://./{DATABASE}")),
        ("REDIS_URL".to_owned(), "memory://".to_owned()),
    ];
    if let Some(port) = given.get("PORT") {
        defaults.push(("APP_BASE_URL".to_owned(), format!("http://localhost:{port}")));
    }
    if !given.contains_key("JWT_SECRET_KEY") {
        defaults.push(("JWT_SECRET_KEY".to_owned(), kept_key(&key_path(given.get("DATABASE_URL")))?));
    }
    Ok(defaults)
}

/// Whether this key is for development: it says so, or it is the one that `dev` keeps beside this database. Keys that earlier releases
/// made do not say so.
pub(super) fn is_development_key(key: &str, database_url: Option<&String>) -> bool {
    key.starts_with(DEVELOPMENT_KEY) || fs::read_to_string(key_path(database_url)).is_ok_and(|kept| kept.trim() == key.trim())
}

fn key_path(database_url: Option<&String>) -> PathBuf {
    let path = database_url.and_then(|url| url.strip_prefix("sqlite://"));
    let folder = path.and_then(|path| Path::new(path).parent());
    folder.unwrap_or_else(|| Path::new(".")).join(KEY)
}

/// The key in this file; where there is none, a new one is made and kept for its owner alone.
fn kept_key(path: &Path) -> io::Result<String> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        kept => return kept,
    }
    // Written beside and then linked into place, so that nobody ever finds half a key, and of two that start at once both use
    // the one that was first.
    let draft = path.with_extension(format!("key.{}", process::id()));
    let (high, low): (u128, u128) = rand::rng().random();
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?
        .write_all(format!("{DEVELOPMENT_KEY}{high:032x}{low:032x}").as_bytes())?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => fs::read_to_string(path),
    }
}
