use crate::{Author, Description, Isbn, Title};
use library_shared_domain::{BookId, Revision};
use time::OffsetDateTime;

/// What the catalogue says of a book and may come to say differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookDetails {
    /// Its title.
    pub title: Title,
    /// Who wrote it.
    pub author: Author,
    /// What it is about.
    pub description: Description,
}

/// What the catalogue is to say differently of a book; what is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookChanges {
    /// Another title.
    pub title: Option<Title>,
    /// Another author.
    pub author: Option<Author>,
    /// Another description.
    pub description: Option<Description>,
}

impl From<BookDetails> for BookChanges {
    /// Everything is to be said anew.
    fn from(details: BookDetails) -> Self {
        Self { title: Some(details.title), author: Some(details.author), description: Some(details.description) }
    }
}

/// A book of the catalogue. The library has one copy of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    id: BookId,
    isbn: Isbn,
    details: BookDetails,
    revision: Revision,
}

impl Book {
    /// A book that is catalogued now.
    #[must_use]
    pub const fn new(id: BookId, isbn: Isbn, details: BookDetails, now: OffsetDateTime) -> Self {
        Self::restore(id, isbn, details, Revision::first(now))
    }

    /// A book as a repository kept it.
    #[must_use]
    pub const fn restore(id: BookId, isbn: Isbn, details: BookDetails, revision: Revision) -> Self {
        Self { id, isbn, details, revision }
    }

    /// Says something else of the book: everything by [`BookDetails`], some of it by [`BookChanges`]. Its ISBN stays: another ISBN is
    /// another book. Changes that say nothing new are a revision, too.
    pub fn revise(&mut self, changes: impl Into<BookChanges>, now: OffsetDateTime) {
        let BookChanges { title, author, description } = changes.into();
        if let Some(title) = title {
            self.details.title = title;
        }
        if let Some(author) = author {
            self.details.author = author;
        }
        if let Some(description) = description {
            self.details.description = description;
        }
        self.revision.touch(now);
    }

    /// The book as it stands in the repository once this state of it has been saved.
    #[must_use]
    pub fn saved(self) -> Self {
        Self { revision: self.revision.saved(), ..self }
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> BookId {
        self.id
    }

    /// Its ISBN, which no other book of the catalogue has.
    #[must_use]
    pub const fn isbn(&self) -> &Isbn {
        &self.isbn
    }

    /// What the catalogue says of it.
    #[must_use]
    pub const fn details(&self) -> &BookDetails {
        &self.details
    }

    /// Which saved state this is.
    #[must_use]
    pub const fn revision(&self) -> &Revision {
        &self.revision
    }
}

#[cfg(test)]
mod tests {
    use super::{Book, BookChanges, BookDetails};
    use crate::{Author, Description, Isbn, Title};
    use library_shared_domain::{BookId, Version};
    use time::{Duration, OffsetDateTime};
    use uuid::Uuid;

    fn details(title: &str) -> BookDetails {
        BookDetails {
            title: Title::parse(title).expect("a title"),
            author: Author::parse("Frank Herbert").expect("an author"),
            description: Description::default(),
        }
    }

    #[test]
    fn a_revised_book_keeps_its_isbn_and_tells_when_it_changed() {
        let catalogued = OffsetDateTime::UNIX_EPOCH;
        let revised = catalogued + Duration::DAY;
        let isbn = Isbn::parse("9780441172719").expect("an ISBN");
        let mut book = Book::new(BookId::from_uuid(Uuid::nil()), isbn.clone(), details("Dune"), catalogued);

        book.revise(details("Dune Messiah"), revised);

        assert_eq!(book.isbn(), &isbn);
        assert_eq!(book.details().title.as_str(), "Dune Messiah");
        assert_eq!((book.revision().created_at, book.revision().updated_at), (catalogued, revised));
        assert_eq!(book.revision().version, Version::FIRST);
        assert_eq!(book.saved().revision().version, Version::FIRST.next());
    }

    #[test]
    fn what_is_not_among_the_changes_stays_as_it_was() {
        let book = Book::new(
            BookId::from_uuid(Uuid::nil()),
            Isbn::parse("9780441172719").expect("an ISBN"),
            details("Dune"),
            OffsetDateTime::UNIX_EPOCH,
        );
        let (title, author) = (Title::parse("Emma").expect("a title"), Author::parse("Jane Austen").expect("an author"));
        let description = Description::parse("A match.").expect("a description");
        let none = BookChanges::default();
        let cases = [
            (BookChanges { title: Some(title.clone()), ..none.clone() }, BookDetails { title, ..details("Dune") }),
            (BookChanges { author: Some(author.clone()), ..none.clone() }, BookDetails { author, ..details("Dune") }),
            (
                BookChanges { description: Some(description.clone()), ..none.clone() },
                BookDetails { description, ..details("Dune") },
            ),
            (none, details("Dune")),
        ];
        for (changes, expected) in cases {
            let (mut changed, revised) = (book.clone(), OffsetDateTime::UNIX_EPOCH + Duration::DAY);
            changed.revise(changes, revised);
            assert_eq!((changed.details(), changed.revision().updated_at), (&expected, revised));
        }
    }
}
