//! Quotas of callers and of addresses, and logins that fail too often. The other tests' servers run without limits.

use library_e2e::{
    Answer,
    Backend::{self, Postgres, Sqlite},
    Client, PASSWORD, Problem, Server, ServerBuilder, Storage, eventually, racing,
};
use library_testkit::{servers::RedisServer, unique_email};
use rstest::rstest;
use serde_json::json;
use std::time::{Duration, Instant};

/// How many registrations an address has an hour: so few that none comes back while a test runs.
const REGISTRATIONS: usize = 20;

/// How many logins of an account may fail in a row.
const FAILURES: usize = 5;

fn limited(storage: &Storage) -> ServerBuilder {
    Server::on(storage).with("RATE_LIMIT", "on")
}

async fn register(client: &Client) -> Answer {
    client.post("/members", json!({"name": "Ada", "email": unique_email().as_str(), "password": PASSWORD})).await
}

fn quota_exceeded() -> Problem {
    let detail = "These were too many requests; the headers RateLimit and RateLimit-Policy say how many there may be.";
    Problem::named(429, "quota-exceeded", "Quota exceeded", detail)
}

fn too_many_failures() -> Problem {
    let detail = "Too many logins to this account have failed. Please wait before you try again.";
    Problem::named(429, "too-many-failed-logins", "Too many failed logins", detail)
}

fn retry_after(answer: &Answer) -> Duration {
    Duration::from_secs(answer.header("Retry-After").and_then(|text| text.parse().ok()).expect("a number of seconds"))
}

#[rstest]
#[tokio::test]
async fn an_address_may_register_so_many_members_an_hour_and_is_told_so(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = limited(&Storage::new(backend).await).start().await;
    for left in (0..REGISTRATIONS).rev() {
        let answer = register(&server).await;
        assert_eq!(answer.status, 201);
        assert_eq!(answer.header("RateLimit-Policy"), Some("\"caller\";q=600;w=60, \"registration\";q=20;w=3600"));
        let state = answer.header("RateLimit").expect("where the caller stands");
        assert!(state.contains(&format!("\"registration\";r={left};t=")), "{state}");
    }
    let refused = register(&server).await;
    refused.assert_problem(&quota_exceeded());
    let wait = retry_after(&refused);
    assert!(wait <= Duration::from_mins(3) && wait > Duration::from_mins(1), "{wait:?}");
    // Everything else goes on.
    assert_eq!(server.get("/members").await.status, 200);
}

#[tokio::test]
async fn of_many_requests_at_once_to_two_servers_exactly_so_many_are_permitted() {
    let storage = Storage::new(Postgres).await;
    let start = async || limited(&storage).with("TRUSTED_PROXIES", "127.0.0.1").with("LOG_LEVEL", "DEBUG").start().await;
    let servers = [start().await, start().await];
    let lapses = async || {
        let mut sum = 0;
        for server in &servers {
            sum += server.caught_up_log().await.events_named("redis_limit_failed").len();
        }
        sum
    };
    // On a machine that does much else, Redis may take too long once in a while, and a server counts for itself: such a round shows
    // nothing of what Redis counts.
    for round in 1..=10 {
        let before = lapses().await;
        let answers = racing(REGISTRATIONS + 10, |number| {
            let client = servers[number % 2].another();
            // Nothing is kept of what is invalid, and it counts as much.
            let request = client.request("POST", "/members").json(&json!({}));
            let request = request.header("X-Forwarded-For", format!("203.0.113.{round}"));
            async move { client.send(request).await.status }
        })
        .await;
        if lapses().await > before {
            continue;
        }
        let of_status = |status| answers.iter().filter(|answer| **answer == status).count();
        assert_eq!((of_status(422), of_status(429)), (REGISTRATIONS, 10), "{answers:?}");
        return;
    }
    panic!("Redis was too slow in every round");
}

#[rstest]
#[tokio::test]
async fn without_redis_each_server_limits_by_itself_and_no_request_fails(#[values(false, true)] is_frozen: bool) {
    let (storage, redis) = (Storage::new(Sqlite).await, RedisServer::start().await);
    let server = limited(&storage).with("REDIS_URL", redis.url()).start().await;
    assert_eq!(register(&server).await.status, 201);
    if is_frozen {
        redis.freeze().await;
    } else {
        redis.kill().await;
    }
    let mut slowest = Duration::ZERO;
    for _ in 0..REGISTRATIONS {
        let started = Instant::now();
        assert_eq!(register(&server).await.status, 201);
        slowest = slowest.max(started.elapsed());
    }
    register(&server).await.assert_problem(&quota_exceeded());
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
    server.log().wait_for("redis_limit_failed", |event| event["level"] == "WARN").await;
    server.log().wait_for("circuit_opened", |event| event["breaker"] == "redis").await;
    // Each asked twice, and most of them were spared the wait.
    let waited = server.log().events_named("redis_limit_failed").len();
    assert!(waited < 2 * REGISTRATIONS, "{waited}");
    if is_frozen {
        redis.thaw().await;
    } else {
        redis.restart().await;
    }
    eventually("a server that counts in Redis again", async || {
        server.get("/books").await;
        server.log().events_named("circuit_closed").first().map(|event| assert_eq!(event["breaker"], "redis"))
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn a_member_is_counted_by_who_they_are_and_anybody_else_by_their_address(#[values(Sqlite, Postgres)] backend: Backend) {
    let storage = Storage::new(backend).await;
    let (ada, bob) = {
        let unlimited = Server::on(&storage).start().await;
        (unlimited.given_borrower().await, unlimited.given_borrower().await)
    };
    let server = limited(&storage).with("RATE_LIMIT_PER_MINUTE", "3").start().await;
    let as_member = |borrower: &library_e2e::Borrower| server.with_token(borrower.client.token().expect("a token"));
    let (ada, bob) = (as_member(&ada), as_member(&bob));
    for client in [&ada, &bob, &server] {
        for _ in 0..3 {
            assert_eq!(client.get("/books").await.status, 200);
        }
    }
    for client in [&ada, &bob, &server] {
        client.get("/books").await.assert_problem(&quota_exceeded());
    }
    // A token that anybody could have written is nobody's.
    server.with_token("eyJhbGciOiJub25lIn0.e30.").get("/books").await.assert_problem(&quota_exceeded());
    for path in ["/health", "/openapi.json", "/docs/"] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.header("RateLimit")), (200, None), "{path}");
    }
}

#[tokio::test]
async fn what_a_client_says_of_its_address_counts_where_a_trusted_proxy_says_it() {
    let storage = Storage::new(Sqlite).await;
    let ask = async |server: &Server, forwarded: &str| {
        server.send(server.request("GET", "/books").header("X-Forwarded-For", forwarded)).await.status
    };
    let direct = limited(&storage).with("RATE_LIMIT_PER_MINUTE", "2").start().await;
    let answers = [ask(&direct, "203.0.113.1").await, ask(&direct, "203.0.113.2").await, ask(&direct, "203.0.113.3").await];
    assert_eq!(answers, [200, 200, 429]);

    let proxied = limited(&storage).with("RATE_LIMIT_PER_MINUTE", "2").with("TRUSTED_PROXIES", "127.0.0.0/8, ::1");
    let proxied = proxied.start().await;
    for forwarded in ["203.0.113.1", "203.0.113.2", "2001:db8:0:1::1"] {
        assert_eq!([ask(&proxied, forwarded).await, ask(&proxied, forwarded).await], [200, 200], "{forwarded}");
    }
    // What the client wrote itself stands further left; another address of one customer is no other customer.
    for forwarded in ["198.51.100.1, 203.0.113.1", "203.0.113.1, 127.0.0.1", "2001:db8:0:1:9::9"] {
        assert_eq!(ask(&proxied, forwarded).await, 429, "{forwarded}");
    }
}

#[rstest]
#[tokio::test]
async fn after_five_failed_logins_an_account_has_to_wait_whoever_asks_wherever(#[values(Sqlite, Postgres)] backend: Backend) {
    let storage = Storage::new(backend).await;
    let start = async || limited(&storage).with("TRUSTED_PROXIES", "127.0.0.1").start().await;
    // Servers that share no Redis count for themselves.
    let servers = match backend {
        Sqlite => vec![start().await],
        Postgres => vec![start().await, start().await],
    };
    let member = servers[0].given_member().await;
    let mut attempts = 0;
    let mut log_in = async |email: &str, password: &str| {
        attempts += 1;
        let server = &servers[attempts % servers.len()];
        // Each from another address, so that no address has used up its quota.
        let request = server.request("POST", "/auth/login").header("X-Forwarded-For", format!("203.0.113.{attempts}"));
        server.send(request.json(&json!({"email": email, "password": password}))).await
    };
    for email in [&member.email, "nobody@example.com"] {
        for _ in 0..FAILURES {
            let wrong = Problem::plain(401, "The email address or the password is wrong.");
            log_in(email, "wrong password").await.assert_problem(&wrong);
        }
        let spelled_otherwise = email.to_uppercase();
        for (email, password) in [(email, PASSWORD), (&spelled_otherwise, "wrong password")] {
            let refused = log_in(email, password).await;
            refused.assert_problem(&too_many_failures());
            assert_eq!(retry_after(&refused), Duration::from_secs(1));
        }
    }
    eventually("a login after the wait", async || match log_in(&member.email, PASSWORD).await {
        answer if answer.status == 429 => None,
        answer => Some(answer.json_of(200)),
    })
    .await;
    // That forgot the failures.
    for _ in 0..FAILURES {
        assert_eq!(log_in(&member.email, "wrong password").await.status, 401);
    }
}

#[rstest]
#[tokio::test]
async fn after_five_wrong_current_passwords_a_member_has_to_wait_and_others_need_not(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let storage = Storage::new(backend).await;
    let servers = [limited(&storage).start().await, limited(&storage).start().await];
    // Servers that share no Redis count for themselves.
    let last = match backend {
        Sqlite => &servers[0],
        Postgres => &servers[1],
    };
    let (member, other) = (servers[0].given_member().await, servers[0].given_member().await);
    let tokens = (servers[0].given_login(&member).await, servers[0].given_login(&other).await);
    let change = async |client: Client, current: &str| {
        client.patch("/members/me", json!({"password": "Tr0ub4dor & 3", "current_password": current})).await
    };
    let wrong = Problem::of_fields(&[("current_password", "is not the password of the member")]);
    for _ in 0..FAILURES {
        change(servers[0].with_token(&tokens.0.access), "a wild guess").await.assert_problem(&wrong);
    }
    for current in [PASSWORD, "a wild guess"] {
        let refused = change(last.with_token(&tokens.0.access), current).await;
        refused.assert_problem(&too_many_failures());
        assert_eq!(retry_after(&refused), Duration::from_secs(1));
    }
    let log_in = json!({"email": member.email, "password": PASSWORD});
    assert_eq!(servers[0].post("/auth/login", log_in).await.status, 200);
    change(last.with_token(&tokens.1.access), PASSWORD).await.assert_status(200);
    // As it is told to: changes have a quota besides.
    tokio::time::sleep(Duration::from_secs(1)).await;
    change(last.with_token(&tokens.0.access), PASSWORD).await.assert_status(200);
}

#[rstest]
#[tokio::test]
async fn who_sets_a_new_password_need_not_wait_for_what_failed_with_the_old_one(#[values(Sqlite, Postgres)] backend: Backend) {
    let server = limited(&Storage::new(backend).await).start().await;
    let member = server.given_member().await;
    let log_in = async |password: &str| server.post("/auth/login", json!({"email": member.email, "password": password})).await;
    for _ in 0..FAILURES {
        log_in("a wild guess").await.assert_status(401);
    }
    log_in("a wild guess").await.assert_problem(&too_many_failures());
    let token = server.mailed_reset_token(&member).await;
    let reset = json!({"token": token, "password": "Tr0ub4dor & 3"});
    server.post("/auth/password/reset", reset).await.assert_is_empty(204);
    // As many as ever.
    for _ in 0..FAILURES {
        log_in("a wild guess").await.assert_status(401);
    }
    log_in("a wild guess").await.assert_problem(&too_many_failures());
}

#[tokio::test]
async fn where_limits_are_off_nothing_is_counted() {
    let server = Server::on(&Storage::new(Sqlite).await).with("RATE_LIMIT", "off").with("RATE_LIMIT_PER_MINUTE", "1");
    let server = server.start().await;
    for _ in 0..30 {
        let answer = server.post("/auth/login", json!({"email": "ada@example.com", "password": "wrong password"})).await;
        assert_eq!((answer.status, answer.header("RateLimit")), (401, None));
    }
}
