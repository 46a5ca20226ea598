use crate::{api::BookApi, body::BookBody, openapi};
use actix_web::{HttpRequest, HttpResponse, web::Data};
use library_book_app::ReadBookError;
use library_shared_domain::BookId;
use library_shared_http::{IfNoneMatch, PathId, Problem, entity};

/// `GET /books/{id}`
#[utoipa::path(
    get,
    path = "/books/{id}",
    tag = openapi::BOOKS,
    summary = "Read a book",
    description = "What the catalogue says of one book.",
    params(PathId::<BookId>, IfNoneMatch),
    responses(
        (status = 200, description = "The book.", body = BookBody, headers(("ETag" = String, description = "The tag of this state."))),
        (status = 304, description = "The client has this state.", headers(("ETag" = String, description = "The tag of this state."))),
        (status = 404, description = "There is no such book.", body = Problem, example = json!(problem(ReadBookError::NotFound))),
    ),
)]
pub async fn read_book(api: Data<BookApi>, request: HttpRequest, PathId(id): PathId<BookId>) -> Result<HttpResponse, Problem> {
    let book = api.read_book.execute(id).await.map_err(problem)?;
    entity(&request, book.revision(), BookBody::from(&book))
}

fn problem(error: ReadBookError) -> Problem {
    match error {
        ReadBookError::NotFound => Problem::not_found("There is no book of this id."),
        ReadBookError::Dependency(error) => error.into(),
    }
}
