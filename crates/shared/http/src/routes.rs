use crate::Problem;
use actix_web::{FromRequest, Handler, HttpRequest, Responder, Route, guard, http::header, web};

/// A route that answers GET, and HEAD with the same headers (RFC 9110, section 9.3.2).
pub fn get<F, Arguments>(handler: F) -> Route
where
    F: Handler<Arguments>,
    Arguments: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::route().guard(guard::Any(guard::Get()).or(guard::Head())).to(handler)
}

/// What answers where no route does.
///
/// # Errors
/// Always: 404.
pub async fn not_found() -> Result<&'static str, Problem> {
    Err(Problem::not_found("There is nothing at this path."))
}

/// Whether the client is a browser that wants a page: it names `text/html` before anything in JSON.
#[must_use]
pub fn accepts_html(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.split(',').map(|range| range.split(';').next().unwrap_or_default().trim()).find_map(|range| match range {
        "text/html" => Some(true),
        "application/json" | "application/problem+json" | "*/*" => Some(false),
        _ => None,
    }) == Some(true)
}
