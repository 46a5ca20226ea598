use super::Sources;
use rand::RngExt;
use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

const DATABASE: &str = "library.db";
const KEY: &str = "library.key";

/// What `dev` fills in where nothing else is said: SQLite, a cache in this process, links to the port that is listened on, and a
/// random key that is kept beside the database, so that tokens outlive a restart.
///
/// # Errors
/// Where the key can be neither read nor kept.
pub fn dev_defaults(sources: &Sources) -> io::Result<Vec<(String, String)>> {
    let mut defaults =
        vec![("DATABASE_URL".to_owned(), format!("sqlite://./{DATABASE}")), ("REDIS_URL".to_owned(), "memory://".to_owned())];
    if let Some(port) = given(sources, "PORT") {
        defaults.push(("APP_BASE_URL".to_owned(), format!("http://localhost:{port}")));
    }
    if !is_given(sources, "JWT_SECRET_KEY") {
        defaults.push(("JWT_SECRET_KEY".to_owned(), kept_key(&key_path(sources))?));
    }
    Ok(defaults)
}

fn given<'a>(sources: &'a Sources, name: &str) -> Option<&'a str> {
    let given = sources.environment.iter().find(|(candidate, value)| candidate == name && !value.is_empty());
    given.map(|(_, value)| value.as_str())
}

fn is_given(sources: &Sources, name: &str) -> bool {
    let in_dotenv = || {
        let text = sources.dotenv.as_deref().unwrap_or_default();
        dotenvy::from_read_iter(text.as_bytes()).flatten().any(|(candidate, value)| candidate == name && !value.is_empty())
    };
    given(sources, name).is_some() || in_dotenv()
}

fn key_path(sources: &Sources) -> PathBuf {
    let database = given(sources, "DATABASE_URL").and_then(|url| url.strip_prefix("sqlite://"));
    database.and_then(|path| Path::new(path).parent()).unwrap_or_else(|| Path::new(".")).join(KEY)
}

/// The key in this file; where there is none, a new one is made and kept for its owner alone.
fn kept_key(path: &Path) -> io::Result<String> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            let (high, low): (u128, u128) = rand::rng().random();
            let text = format!("{high:032x}{low:032x}");
            file.write_all(text.as_bytes())?;
            Ok(text)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read_to_string(path),
        Err(error) => Err(error),
    }
}
