use super::{RequestLimits, RouteLimit, limit_requests};
use crate::{TrustedProxies, get, observe};
use actix_web::{
    App, HttpResponse,
    body::MessageBody,
    dev::ServiceResponse,
    http::Method,
    middleware::from_fn,
    test::{TestRequest, call_service, init_service, read_body_json},
    web,
};
use async_trait::async_trait;
use library_shared_domain::{Quota, RateLimiter, Standing};
use rstest::rstest;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex},
    time::Duration,
};

/// A limiter on a quota that nothing ever comes back of.
struct Countdown {
    quota: Quota,
    taken: Mutex<HashMap<String, u32>>,
}

impl Countdown {
    fn new(name: &'static str, requests: u32) -> Arc<Self> {
        let requests = NonZeroU32::new(requests).expect("not zero");
        Arc::new(Self { quota: Quota::new(name, requests, Duration::from_mins(1)), taken: Mutex::default() })
    }

    /// Whose requests it has counted, and how many.
    fn taken(&self) -> Vec<(String, u32)> {
        let mut taken: Vec<_> = self.taken.lock().expect("no test panics").clone().into_iter().collect();
        taken.sort_unstable();
        taken
    }
}

#[async_trait]
impl RateLimiter for Countdown {
    fn quota(&self) -> Quota {
        self.quota
    }

    async fn take(&self, key: &str) -> Standing {
        let mut taken = self.taken.lock().expect("no test panics");
        let count = taken.entry(key.to_owned()).or_default();
        if *count == self.quota.requests().get() {
            return Standing::Refused { wait: Duration::from_millis(5_500) };
        }
        *count += 1;
        Standing::Permitted { remaining: self.quota.requests().get() - *count }
    }
}

/// A service of which each caller has five requests, and each address two log-ins.
struct Desk {
    caller: Arc<Countdown>,
    logins: Arc<Countdown>,
    limits: Arc<RequestLimits>,
}

fn a_desk() -> Desk {
    let (caller, logins) = (Countdown::new("caller", 5), Countdown::new("login", 2));
    let route = |method, path| RouteLimit { method, path, limiter: logins.clone() };
    let limits = RequestLimits {
        caller: caller.clone(),
        routes: vec![route("POST", "/login"), route("POST", "/desks/{id}/login")],
        unlimited: &["/health"],
        proxies: "10.0.0.0/8".parse::<TrustedProxies>().expect("a range"),
        identify: Box::new(|request| Some(request.headers().get("x-member")?.to_str().ok()?.to_owned())),
    };
    Desk { caller, logins, limits: Arc::new(limits) }
}

impl Desk {
    async fn ask(&self, request: TestRequest) -> ServiceResponse<impl MessageBody + use<>> {
        let limits = self.limits.clone();
        let app = App::new()
            .service(web::resource("/books").route(get(HttpResponse::Ok)))
            .service(web::resource("/login").route(get(HttpResponse::Ok)).route(web::post().to(HttpResponse::NoContent)))
            .service(web::resource("/desks/{id}/login").route(web::post().to(HttpResponse::NoContent)))
            .service(web::resource("/health").route(get(HttpResponse::Ok)))
            .service(web::resource("/health/ready").route(get(HttpResponse::Ok)))
            .service(web::resource("/healthy").route(get(HttpResponse::Ok)))
            .wrap(from_fn(move |request, next| limit_requests(Some(limits.clone()), request, next)))
            .wrap(from_fn(observe));
        call_service(&init_service(app).await, request.to_request()).await
    }

    async fn status(&self, request: TestRequest) -> u16 {
        self.ask(request).await.status().as_u16()
    }
}

fn from(address: &str, path: &str) -> TestRequest {
    TestRequest::with_uri(path).peer_addr(address.parse().expect("a socket"))
}

fn login_from(address: &str) -> TestRequest {
    from(address, "/login").method(Method::POST)
}

fn header<'a>(response: &'a ServiceResponse<impl MessageBody>, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

#[actix_web::test]
async fn everybody_is_told_where_they_stand() {
    let desk = a_desk();
    let answer = desk.ask(from("192.0.2.1:80", "/books")).await;
    assert_eq!(header(&answer, "RateLimit-Policy"), Some("\"caller\";q=5;w=60"));
    assert_eq!(header(&answer, "RateLimit"), Some("\"caller\";r=4;t=12"));
    let answer = desk.ask(login_from("192.0.2.1:80")).await;
    assert_eq!(header(&answer, "RateLimit-Policy"), Some("\"caller\";q=5;w=60, \"login\";q=2;w=60"));
    assert_eq!(header(&answer, "RateLimit"), Some("\"caller\";r=3;t=24, \"login\";r=1;t=30"));
    let missing = desk.ask(from("192.0.2.1:80", "/nowhere")).await;
    assert_eq!((missing.status().as_u16(), header(&missing, "RateLimit")), (404, Some("\"caller\";r=2;t=36")));
}

#[actix_web::test]
async fn who_has_used_up_a_quota_gets_a_429_that_says_how_long_to_wait() {
    let desk = a_desk();
    for _ in 0..2 {
        assert_eq!(desk.status(login_from("192.0.2.1:80")).await, 204);
    }
    let refused = desk.ask(login_from("192.0.2.1:80").insert_header(("X-Request-Id", "r-1"))).await;
    assert_eq!(refused.status().as_u16(), 429);
    assert_eq!(header(&refused, "Retry-After"), Some("6"));
    assert_eq!(header(&refused, "Content-Type"), Some("application/problem+json"));
    assert_eq!(header(&refused, "RateLimit"), Some("\"caller\";r=2;t=36, \"login\";r=0;t=36"));
    let expected = json!({
        "type": "tag:library.example,2026:quota-exceeded",
        "title": "Quota exceeded",
        "status": 429,
        "detail": "These were too many requests; the headers RateLimit and RateLimit-Policy say how many there may be.",
        "request_id": "r-1",
    });
    assert_eq!(read_body_json::<Value, _>(refused).await, expected);
    // The other methods and routes, and other addresses, have what they had.
    assert_eq!(desk.status(from("192.0.2.1:80", "/login")).await, 200);
    assert_eq!(desk.status(login_from("192.0.2.2:80")).await, 204);
}

#[actix_web::test]
async fn whoever_has_used_up_their_requests_in_all_is_refused_everywhere_and_counted_nowhere_else() {
    let desk = a_desk();
    for _ in 0..5 {
        assert_eq!(desk.status(from("192.0.2.1:80", "/books")).await, 200);
    }
    for path in ["/books", "/nowhere", "/healthy"] {
        assert_eq!(desk.status(from("192.0.2.1:80", path)).await, 429, "{path}");
    }
    assert_eq!(desk.status(login_from("192.0.2.1:80")).await, 429);
    assert_eq!(desk.logins.taken(), []);
}

#[rstest]
#[case("/health")]
#[case("/health/ready")]
#[actix_web::test]
async fn what_is_not_limited_is_neither_counted_nor_refused(#[case] path: &str) {
    let desk = a_desk();
    for _ in 0..7 {
        let answer = desk.ask(from("192.0.2.1:80", path)).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "RateLimit")), (200, None));
    }
    assert_eq!(desk.caller.taken(), []);
}

#[actix_web::test]
async fn who_is_known_is_counted_by_who_they_are_and_on_the_routes_by_their_address() {
    let desk = a_desk();
    for address in ["192.0.2.1:80", "192.0.2.2:80"] {
        desk.ask(login_from(address).insert_header(("x-member", "ada"))).await;
    }
    desk.ask(from("192.0.2.1:80", "/desks/7/login").method(Method::POST)).await;
    assert_eq!(desk.caller.taken(), [("192.0.2.1".to_owned(), 1), ("ada".to_owned(), 2)]);
    assert_eq!(desk.logins.taken(), [("192.0.2.1".to_owned(), 2), ("192.0.2.2".to_owned(), 1)]);
}

#[actix_web::test]
async fn an_address_that_a_trusted_proxy_vouches_for_counts_and_no_other() {
    let desk = a_desk();
    for address in ["10.0.0.1:80", "192.0.2.1:80"] {
        desk.ask(from(address, "/books").insert_header(("X-Forwarded-For", "203.0.113.9"))).await;
    }
    assert_eq!(desk.caller.taken(), [("192.0.2.1".to_owned(), 1), ("203.0.113.9".to_owned(), 1)]);
}
