use actix_http::encoding::Encoder;
use actix_web::{
    Error,
    body::{BodySize, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, AcceptEncoding, ContentEncoding, Encoding, Header as _, HeaderValue},
    },
    middleware::Next,
};

/// The fewest bytes that compression pays for: less fits into one packet of the network as it is.
const WORTH_IT: u64 = 1_024;

/// What there is, in no order: the client's wish decides and, of equals, brotli comes before zstd and gzip.
const ENCODINGS: [Encoding; 4] = [Encoding::identity(), Encoding::brotli(), Encoding::zstd(), Encoding::gzip()];

/// The middleware that compresses lists, and whatever else is long and read as JSON, as the client accepts it (RFC 9110, section
/// 12.5.3).
///
/// Never what has an entity tag, for a strong one promises the bytes; never what is not to be stored, nor what answers a write: these
/// may hold a token, whose letters the length of a compressed body would tell to who can have text of their own put beside it (BREACH).
///
/// # Errors
/// None of its own.
pub async fn compress<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<Encoder<B>, B>>, Error> {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let accepted = AcceptEncoding::parse(&request).unwrap_or_else(|_| AcceptEncoding(Vec::new()));
    let mut response = next.call(request).await?;
    if !is_read || !is_compressible(&response) {
        return Ok(response.map_body(|_, body| EitherBody::right(body)));
    }
    match accepted.negotiate(ENCODINGS.iter()) {
        // It says by `Vary` itself that another client may get it otherwise.
        Some(Encoding::Known(encoding)) if encoding != ContentEncoding::Identity => {
            Ok(response.map_body(|head, body| EitherBody::left(Encoder::response(encoding, head, body))))
        }
        // Where nothing that there is would do, too: a client that says so can still read JSON.
        _ => {
            response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
            Ok(response.map_body(|_, body| EitherBody::right(body)))
        }
    }
}

fn is_compressible<B: MessageBody>(response: &ServiceResponse<B>) -> bool {
    let headers = response.headers();
    let is_json = headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    let is_long = matches!(response.response().body().size(), BodySize::Sized(length) if length >= WORTH_IT);
    let is_fixed = [header::ETAG, header::CACHE_CONTROL, header::CONTENT_ENCODING].iter().any(|name| headers.contains_key(name));
    response.status() == StatusCode::OK && is_json && is_long && !is_fixed
}

#[cfg(test)]
mod tests {
    use super::compress;
    use crate::get;
    use actix_web::{
        App, HttpResponse,
        body::to_bytes,
        http::{Method, StatusCode, header},
        middleware::from_fn,
        test::{TestRequest, call_service, init_service},
        web,
    };
    use rstest::rstest;

    /// How an answer is encoded, how it says that it may be otherwise, and how many bytes it has.
    async fn answer(method: Method, path: &str, accepted: Option<&str>) -> (Option<String>, Option<String>, usize) {
        let long = || "[1,2]".repeat(1_000);
        let list = move || async move { HttpResponse::Ok().content_type("application/json").body(long()) };
        let state = move || async move {
            HttpResponse::Ok().content_type("application/json").insert_header((header::ETAG, "\"1\"")).body(long())
        };
        let token = move || async move {
            HttpResponse::Ok().content_type("application/json").insert_header((header::CACHE_CONTROL, "no-store")).body(long())
        };
        let app = App::new()
            .service(web::resource("/list").route(get(list)).route(web::post().to(list)))
            .service(
                web::resource("/short").route(get(|| async { HttpResponse::Ok().content_type("application/json").body("[]") })),
            )
            .service(web::resource("/state").route(get(state)))
            .service(web::resource("/token").route(get(token)))
            .service(
                web::resource("/page")
                    .route(get(move || async move { HttpResponse::Ok().content_type("text/html").body(long()) })),
            )
            .service(
                web::resource("/error")
                    .route(get(move || async move { HttpResponse::Conflict().content_type("application/json").body(long()) })),
            )
            .wrap(from_fn(compress));
        let request = TestRequest::with_uri(path).method(method);
        let request = match accepted {
            Some(accepted) => request.insert_header((header::ACCEPT_ENCODING, accepted)),
            None => request,
        };
        let response = call_service(&init_service(app).await, request.to_request()).await;
        let text = |name| response.headers().get(name).map(|value| value.to_str().expect("a text").to_owned());
        let (encoding, vary) = (text(header::CONTENT_ENCODING), text(header::VARY));
        assert!(response.status() == StatusCode::OK || path == "/error");
        (encoding, vary, to_bytes(response.into_body()).await.map_err(|_| "it breaks off").expect("a body").len())
    }

    #[rstest]
    #[case::brotli("br", "br")]
    #[case::zstd("zstd", "zstd")]
    #[case::gzip("gzip", "gzip")]
    #[case::what_browsers_say("gzip, deflate, br, zstd", "br")]
    #[case::by_wish("br;q=0.5, gzip;q=0.8", "gzip")]
    #[actix_web::test]
    async fn a_list_is_compressed_as_the_client_accepts_it(
        #[case] accepted: &str,
        #[case] encoding: &str,
        #[values(Method::GET, Method::HEAD)] method: Method,
    ) {
        let (encoded, vary, length) = answer(method, "/list", Some(accepted)).await;
        assert_eq!((encoded.as_deref(), vary.as_deref()), (Some(encoding), Some("accept-encoding")));
        assert!(length < 500, "{length}");
    }

    #[rstest]
    #[case::nothing_said(None)]
    #[case::nothing(Some(""))]
    #[case::as_it_is(Some("identity"))]
    #[case::what_there_is_not(Some("compress, snappy"))]
    #[case::nothing_that_there_is(Some("identity;q=0, snappy"))]
    #[case::refused(Some("br;q=0"))]
    #[actix_web::test]
    async fn who_accepts_nothing_of_it_gets_it_as_it_is_and_caches_are_told(#[case] accepted: Option<&str>) {
        let expected = (None, Some("accept-encoding".to_owned()), 5_000);
        assert_eq!(answer(Method::GET, "/list", accepted).await, expected);
    }

    #[rstest]
    #[case::of_a_write(Method::POST, "/list", 5_000)]
    #[case::of_a_tag(Method::GET, "/state", 5_000)]
    #[case::of_a_secret(Method::GET, "/token", 5_000)]
    #[case::that_is_short(Method::GET, "/short", 2)]
    #[case::that_is_a_page(Method::GET, "/page", 5_000)]
    #[case::that_is_an_error(Method::GET, "/error", 5_000)]
    #[actix_web::test]
    async fn no_answer_is_compressed(#[case] method: Method, #[case] path: &str, #[case] length: usize) {
        assert_eq!(answer(method, path, Some("gzip, br, zstd")).await, (None, None, length));
    }
}
