use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What browsers are told with every response, where its handler says nothing else: it is what its type says, no page that may load
/// anything or be framed, nothing that another site may embed, and its address is told to nobody.
const DEFENCES: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("same-origin")),
];

/// For a year. The hosts beneath the service's own (`includeSubDomains`) are not the service's to speak for.
const ONLY_HTTPS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// How clients reach the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// In the clear.
    Http,
    /// Over TLS, which something in front of the service speaks.
    Https,
}

/// The middleware that gives every response the headers that protect whoever reads it: what browsers may do with it, who may keep a copy
/// (RFC 9111), and over HTTPS that there is no going back (RFC 6797). What a handler says itself stays.
///
/// # Errors
/// None of its own.
pub async fn protect<B: MessageBody>(
    transport: Transport,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let is_anyones = !request.headers().contains_key(header::AUTHORIZATION);
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    for (name, value) in DEFENCES {
        insert_if_missing(headers, name, value);
    }
    let caching = caching(is_read, is_anyones, headers.contains_key(header::ETAG));
    insert_if_missing(headers, header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if transport == Transport::Https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, ONLY_HTTPS);
    }
    Ok(response)
}

/// Who may keep a response. `no-cache` is not "do not keep", but "ask before each use": with an entity tag, that is a 304.
///
/// What a caller gets with their token is theirs alone. What answers a write is nobody's to keep, and may hold tokens.
const fn caching(is_read: bool, is_anyones: bool, has_tag: bool) -> &'static str {
    match (is_read, is_anyones, has_tag) {
        (true, true, _) => "no-cache",
        (true, false, true) => "private, no-cache",
        (true, false, false) | (false, ..) => "no-store",
    }
}

fn insert_if_missing(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    if !headers.contains_key(&name) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::{Transport, protect};
    use crate::{get, not_found, observe};
    use actix_web::{
        App, HttpResponse,
        http::{Method, header},
        middleware::from_fn,
        test::{TestRequest, call_service, init_service},
        web,
    };
    use rstest::rstest;

    /// The headers of the answer, without those that every answer has anyway, in order.
    async fn headers(transport: Transport, request: TestRequest) -> Vec<String> {
        let page =
            || async { HttpResponse::Ok().insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'self'")).body("page") };
        let book = || async { HttpResponse::Ok().insert_header((header::ETAG, "\"1\"")).body("book") };
        let app = App::new()
            .service(web::resource("/page").route(get(page)))
            .service(web::resource("/book").route(get(book)).route(web::put().to(book)))
            .service(web::resource("/books").route(get(HttpResponse::Ok)).route(web::post().to(HttpResponse::Created)))
            .default_service(web::to(not_found))
            .wrap(from_fn(observe))
            .wrap(from_fn(move |request, next| protect(transport, request, next)));
        let response = call_service(&init_service(app).await, request.to_request()).await;
        let shown = |name: &str| !["content-type", "x-request-id"].contains(&name);
        let lines = response.headers().iter().filter(|(name, _)| shown(name.as_str()));
        let mut lines: Vec<_> = lines.map(|(name, value)| format!("{name}: {}", value.to_str().expect("a text"))).collect();
        lines.sort_unstable();
        lines
    }

    /// The one header of this name.
    async fn header_of(name: &str, request: TestRequest) -> String {
        let lines = headers(Transport::Http, request).await;
        let values: Vec<_> = lines.iter().filter_map(|line| line.strip_prefix(&format!("{name}: "))).collect();
        assert_eq!(values.len(), 1, "{lines:?}");
        values[0].to_owned()
    }

    #[rstest]
    #[case::an_answer("/books")]
    #[case::an_error("/nowhere")]
    #[actix_web::test]
    async fn every_response_says_what_may_be_done_with_it(#[case] path: &str) {
        let expected = [
            "cache-control: no-cache",
            "content-security-policy: default-src 'none'; frame-ancestors 'none'",
            "cross-origin-resource-policy: same-origin",
            "referrer-policy: no-referrer",
            "x-content-type-options: nosniff",
            "x-frame-options: DENY",
        ];
        assert_eq!(headers(Transport::Http, TestRequest::with_uri(path)).await, expected);
    }

    #[actix_web::test]
    async fn over_https_there_is_no_going_back() {
        let lines = headers(Transport::Https, TestRequest::with_uri("/nowhere")).await;
        assert!(lines.contains(&"strict-transport-security: max-age=31536000".to_owned()), "{lines:?}");
    }

    #[actix_web::test]
    async fn what_a_handler_says_itself_stays() {
        assert_eq!(header_of("content-security-policy", TestRequest::with_uri("/page")).await, "default-src 'self'");
    }

    #[rstest]
    #[case::anyones_state(Method::GET, "/book", false, "no-cache")]
    #[case::anyones_list(Method::HEAD, "/books", false, "no-cache")]
    #[case::a_callers_state(Method::GET, "/book", true, "private, no-cache")]
    #[case::a_callers_list(Method::GET, "/books", true, "no-store")]
    #[case::a_callers_error(Method::GET, "/nowhere", true, "no-store")]
    #[case::a_write(Method::POST, "/books", false, "no-store")]
    #[case::a_write_of_a_state(Method::PUT, "/book", true, "no-store")]
    #[actix_web::test]
    async fn a_copy_is_kept_by_whom_it_is_for_alone(
        #[case] method: Method,
        #[case] path: &str,
        #[case] has_token: bool,
        #[case] expected: &str,
    ) {
        let request = TestRequest::with_uri(path).method(method);
        let request = if has_token { request.insert_header((header::AUTHORIZATION, "Bearer x")) } else { request };
        assert_eq!(header_of("cache-control", request).await, expected);
    }
}
