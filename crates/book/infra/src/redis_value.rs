use library_book_domain::{Author, Book, BookDetails, Description, Isbn, Title};
use library_shared_domain::{BookId, Revision, Version};
use library_shared_infra::cache::RedisValue;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// How a book lies in Redis: as JSON.
pub struct BookInRedis;

#[derive(Serialize, Deserialize)]
struct Record {
    id: Uuid,
    isbn: String,
    title: String,
    author: String,
    description: String,
    version: i64,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
}

impl RedisValue<Book> for BookInRedis {
    const NAMESPACE: &'static str = "library:book";

    fn encode(book: &Book) -> Option<Vec<u8>> {
        let (details, revision) = (book.details(), book.revision());
        serde_json::to_vec(&Record {
            id: book.id().as_uuid(),
            isbn: book.isbn().as_str().to_owned(),
            title: details.title.as_str().to_owned(),
            author: details.author.as_str().to_owned(),
            description: details.description.as_str().to_owned(),
            version: revision.version.number(),
            created_at: revision.created_at,
            updated_at: revision.updated_at,
        })
        .ok()
    }

    fn decode(bytes: &[u8]) -> Option<Book> {
        let record: Record = serde_json::from_slice(bytes).ok()?;
        Some(Book::restore(
            BookId::from(record.id),
            Isbn::parse(&record.isbn).ok()?,
            BookDetails {
                title: Title::parse(&record.title).ok()?,
                author: Author::parse(&record.author).ok()?,
                description: Description::parse(&record.description).ok()?,
            },
            Revision {
                version: Version::from_number(record.version),
                created_at: record.created_at,
                updated_at: record.updated_at,
            },
        ))
    }
}
