use crate::{api::BookApi, openapi};
use actix_web::{HttpResponse, web::Data};
use library_book_app::{DeleteBookCommand, DeleteBookError};
use library_shared_domain::BookId;
use library_shared_http::{IfMatch, PathId, Problem};

/// `DELETE /books/{id}`
#[utoipa::path(
    delete,
    path = "/books/{id}",
    tag = openapi::BOOKS,
    summary = "Remove a book",
    description = "Removes a book from the catalogue, unless it is on loan.",
    params(PathId::<BookId>, IfMatch),
    responses(
        (status = 204, description = "The book is gone."),
        (status = 404, description = "There is no such book.", body = Problem, example = json!(problem(DeleteBookError::NotFound))),
        (status = 409, description = "The book is on loan.", body = Problem, example = json!(problem(DeleteBookError::OnLoan))),
    ),
)]
pub async fn delete_book(
    api: Data<BookApi>,
    PathId(id): PathId<BookId>,
    IfMatch(expected): IfMatch,
) -> Result<HttpResponse, Problem> {
    let command = DeleteBookCommand { id, expected };
    let use_case = api.delete_book.clone();
    api.writes.run(async move { use_case.execute(command).await }).await?.map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}

fn problem(error: DeleteBookError) -> Problem {
    match error {
        DeleteBookError::NotFound => Problem::not_found("There is no book of this id."),
        DeleteBookError::OnLoan => {
            Problem::conflict("book-on-loan", "Book on loan", "The book is on loan; it has to be returned first.")
        }
        DeleteBookError::VersionMismatch => Problem::precondition_failed(),
        DeleteBookError::Dependency(error) => error.into(),
    }
}
