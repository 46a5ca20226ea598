use crate::{row::insertion, schema::books};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;
use library_book_domain::{Book, Creation};
use library_shared_domain::{BookId, DependencyError, UPDATE_ATTEMPTS, contended};
use library_shared_infra::{
    database::{Session, SqlUuid},
    with_connection,
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// How many books one statement inserts: as many of the longest texts stay well below a statement's time limit.
const ROWS_PER_STATEMENT: usize = 50;

/// Inserts the books whose ISBN is new, and then reads which book has each ISBN: a few statements for a hundred books.
pub async fn create_all(session: &Session, books: &[Book]) -> Result<Vec<Creation>, DependencyError> {
    // In the order of the ISBNs, so that two callers at once cannot each wait for a row that the other has inserted.
    let mut firsts = BTreeMap::new();
    for book in books {
        firsts.entry(book.isbn().as_str()).or_insert(book);
    }
    let (mut created, mut holders): (HashSet<BookId>, HashMap<String, BookId>) = (HashSet::new(), HashMap::new());
    let together = session.together().await?;
    // Again where the book that had an ISBN was deleted before its id was read.
    for _ in 0..UPDATE_ATTEMPTS {
        let left: Vec<&Book> = firsts.values().filter(|book| !holders.contains_key(book.isbn().as_str())).copied().collect();
        if left.is_empty() {
            together.commit().await?;
            return Ok(books.iter().map(|book| creation(book, &mut created, holders[book.isbn().as_str()])).collect());
        }
        created.extend(insert(together.session(), &left).await?);
        holders.extend(read_holders(together.session(), &left).await?);
    }
    Err(contended())
}

/// A book that stands in the list twice is created once.
fn creation(book: &Book, created: &mut HashSet<BookId>, holder: BookId) -> Creation {
    if created.remove(&book.id()) { Creation::Created } else { Creation::Duplicate { existing: holder } }
}

/// The ids of those that were inserted.
async fn insert(session: &Session, books: &[&Book]) -> Result<Vec<BookId>, DependencyError> {
    let mut inserted = Vec::with_capacity(books.len());
    for rows in books.chunks(ROWS_PER_STATEMENT) {
        let ids: Vec<SqlUuid> =
            with_connection!(session.write().await?, |connection| { insertion(rows).load(connection).await })?;
        inserted.extend(ids.into_iter().map(SqlUuid::id::<BookId>));
    }
    Ok(inserted)
}

/// The id of the book that has each of these books' ISBNs, where one has it.
async fn read_holders(session: &Session, books: &[&Book]) -> Result<Vec<(String, BookId)>, DependencyError> {
    let isbns: Vec<&str> = books.iter().map(|book| book.isbn().as_str()).collect();
    let rows: Vec<(String, SqlUuid)> = with_connection!(session.write().await?, |connection| {
        books::table.filter(books::isbn.eq_any(&isbns)).select((books::isbn, books::id)).load(connection).await
    })?;
    Ok(rows.into_iter().map(|(isbn, id)| (isbn, id.id())).collect())
}
