use crate::Problem;
use actix_web::{FromRequest, Handler, HttpMessage, HttpRequest, Responder, Route, guard, http::header, web};
use std::rc::Rc;

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

/// The template of the route that a request is for; `None` where there is none. It is looked for once: before the request has been
/// routed, that is a walk through all routes.
#[must_use]
pub fn route_of(request: &HttpRequest) -> Option<Rc<str>> {
    if let Some(Found(route)) = request.extensions().get() {
        return Option::clone(route);
    }
    let route: Option<Rc<str>> = request.match_pattern().map(Rc::from);
    request.extensions_mut().insert(Found(route.clone()));
    route
}

/// The template that was found, if there is one.
struct Found(Option<Rc<str>>);

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

#[cfg(test)]
mod tests {
    use super::{accepts_html, get};
    use actix_web::{
        App, HttpResponse,
        http::{Method, header},
        test::{TestRequest, call_service, init_service},
        web,
    };
    use rstest::rstest;

    #[rstest]
    #[case::browser("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true)]
    #[case::alone("text/html", true)]
    #[case::with_parameters("text/html;q=0.9 , application/json", true)]
    #[case::json_first("application/json, text/html", false)]
    #[case::problem_first("application/problem+json, text/html", false)]
    #[case::curl("*/*", false)]
    #[case::other_types("application/xhtml+xml, application/xml, image/png", false)]
    #[case::empty("", false)]
    fn a_page_is_for_who_names_html_before_json(#[case] accept: &str, #[case] expected: bool) {
        let request = TestRequest::get().insert_header((header::ACCEPT, accept)).to_http_request();
        assert_eq!(accepts_html(&request), expected);
    }

    #[test]
    fn who_accepts_nothing_in_particular_gets_no_page() {
        assert!(!accepts_html(&TestRequest::get().to_http_request()));
    }

    #[rstest]
    #[case(Method::GET)]
    #[case(Method::HEAD)]
    #[actix_web::test]
    async fn head_is_answered_with_the_headers_of_get(#[case] method: Method) {
        let handler = || async { HttpResponse::Ok().insert_header(("x-books", "200")).body("books") };
        let app = init_service(App::new().service(web::resource("/books").route(get(handler)))).await;
        let response = call_service(&app, TestRequest::with_uri("/books").method(method).to_request()).await;
        let books = response.headers().get("x-books").expect("the header");
        assert_eq!((response.status().as_u16(), books.as_bytes()), (200, &b"200"[..]));
    }
}
