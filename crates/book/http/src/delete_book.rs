use crate::api::BookApi;
use actix_web::{HttpResponse, web::Data};
use library_book_app::DeleteBookError;
use library_shared_domain::BookId;
use library_shared_http::{PathId, Problem};

/// `DELETE /books/{id}`
pub async fn delete_book(api: Data<BookApi>, PathId(id): PathId<BookId>) -> Result<HttpResponse, Problem> {
    let use_case = api.delete_book.clone();
    api.writes.run(async move { use_case.execute(id).await }).await?.map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}

fn problem(error: DeleteBookError) -> Problem {
    match error {
        DeleteBookError::NotFound => Problem::not_found("There is no book of this id."),
        DeleteBookError::OnLoan => {
            Problem::conflict("book-on-loan", "Book on loan", "The book is on loan; it has to be returned first.")
        }
        DeleteBookError::Dependency(error) => error.into(),
    }
}
