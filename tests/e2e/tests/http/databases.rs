//! A look into the databases, where an answer does not tell what is to be known.

use deadpool_redis::redis::{AsyncCommands, Client as RedisClient};
use library_e2e::Storage;
use tokio_postgres::{Client, NoTls};

/// A connection to the PostgreSQL database of these.
pub async fn postgres(storage: &Storage) -> Client {
    let (client, connection) = tokio_postgres::connect(&storage.database_url(), NoTls).await.expect("PostgreSQL answers");
    // It ends with its client.
    tokio::spawn(async move {
        let _ = connection.await;
    });
    client
}

/// Every row of every table of PostgreSQL, as `table: row`.
pub async fn every_row(storage: &Storage) -> Vec<String> {
    let client = postgres(storage).await;
    let tables = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'";
    let mut rows = Vec::new();
    for table in client.query(tables, &[]).await.expect("the tables") {
        let table: String = table.get(0);
        let texts = client.query(&format!("SELECT t::text FROM \"{table}\" t"), &[]).await.expect("the rows");
        rows.extend(texts.iter().map(|row| format!("{table}: {}", row.get::<_, String>(0))));
    }
    rows
}

/// Every key of Redis with its value, as `key: value`.
pub async fn every_key(storage: &Storage) -> Vec<String> {
    let client = RedisClient::open(storage.redis_url()).expect("a URL");
    let mut connection = client.get_multiplexed_async_connection().await.expect("Redis answers");
    let mut entries = Vec::new();
    for key in connection.keys::<_, Vec<String>>("*").await.expect("the keys") {
        let value: Option<Vec<u8>> = connection.get(&key).await.expect("the value");
        entries.push(format!("{key}: {}", String::from_utf8_lossy(&value.unwrap_or_default())));
    }
    entries
}
