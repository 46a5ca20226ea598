use library_book_domain::BookField;
use library_shared_infra::database::ListColumn;

/// The column of the ids.
pub const ID: &str = "books.id";

/// Where what the catalogue is filtered and sorted by is kept.
pub fn column(field: BookField) -> ListColumn {
    match field {
        BookField::Isbn => ListColumn::Plain("books.isbn"),
        BookField::Title => ListColumn::Text { text: "books.title", key: "books.title_key", order: "books.title_order" },
        BookField::Author => ListColumn::Text { text: "books.author", key: "books.author_key", order: "books.author_order" },
        BookField::CreatedAt => ListColumn::Plain("books.created_at"),
        BookField::UpdatedAt => ListColumn::Plain("books.updated_at"),
    }
}

#[cfg(test)]
mod tests;
