use crate::{api::BookApi, body::BookBody};
use actix_web::{HttpResponse, web::Data};
use library_book_app::ReadBookError;
use library_shared_domain::BookId;
use library_shared_http::{PathId, Problem};

/// `GET /books/{id}`
pub async fn read_book(api: Data<BookApi>, PathId(id): PathId<BookId>) -> Result<HttpResponse, Problem> {
    let book = api.read_book.execute(id).await.map_err(problem)?;
    Ok(HttpResponse::Ok().json(BookBody::from(&book)))
}

fn problem(error: ReadBookError) -> Problem {
    match error {
        ReadBookError::NotFound => Problem::not_found("There is no book of this id."),
        ReadBookError::Dependency(error) => error.into(),
    }
}
