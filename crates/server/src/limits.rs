use crate::config::Settings;
use library_auth_http::{AuthApi, token_holder};
use library_shared_domain::{Quota, RateLimiter};
use library_shared_http::{RequestLimits, RouteLimit};
use library_shared_infra::{
    limits::{InProcessRateLimiter, RedisRateLimiter},
    redis::RedisConnections,
};
use std::{num::NonZeroU32, sync::Arc, time::Duration};

/// Log-ins of an address, be they of one account or of many: each costs a password hash. People behind one address share them, so they are more
/// than one of them types; guessing at one account is slowed down besides.
const LOGIN: Quota = quota("login", 30, Duration::from_mins(1));

/// Registrations of an address: each sends a mail to somebody, and a desk at which members are enrolled has some an hour.
const REGISTRATION: Quota = quota("registration", 20, Duration::from_hours(1));

/// Changes of an address's members: each may send a mail to somebody else's address.
const CHANGE: Quota = quota("change", 30, Duration::from_hours(1));

/// Mails that an address may have sent to whom somebody names, a member or not.
const MAIL: Quota = quota("mail", 10, Duration::from_hours(1));

/// What an address may ask for by these routes, besides what every caller has in all. A route is limited by its line here.
const ROUTES: &[(&str, &str, Quota)] = &[
    ("POST", "/auth/login", LOGIN),
    ("POST", "/auth/token", LOGIN),
    ("POST", "/members", REGISTRATION),
    ("PATCH", "/members/me", CHANGE),
    ("POST", "/members/verify/resend", MAIL),
    ("POST", "/auth/password/forgot", MAIL),
];

/// What watches the server and what explains it, which nobody is to be kept from.
const UNLIMITED: &[&str] = &["/health", "/metrics", "/docs", "/openapi.json"];

const fn quota(name: &'static str, requests: u32, window: Duration) -> Quota {
    Quota::new(name, NonZeroU32::new(requests).expect("a quota of nothing would be a closed door"), window)
}

/// What requests are counted against, if the settings say so: by all servers together, where they share a Redis.
pub fn request_limits(settings: &Settings, redis: Option<&RedisConnections>, auth: AuthApi) -> Option<Arc<RequestLimits>> {
    let requests = settings.requests_per_minute?;
    let limiter = |quota: Quota| -> Arc<dyn RateLimiter> {
        match redis {
            None => Arc::new(InProcessRateLimiter::new(quota)),
            Some(redis) => Arc::new(RedisRateLimiter::new(redis.clone(), quota)),
        }
    };
    let mut routes: Vec<RouteLimit> = Vec::new();
    for &(method, path, quota) in ROUTES {
        let shared = routes.iter().map(|route| &route.limiter).find(|limiter| limiter.quota() == quota).cloned();
        routes.push(RouteLimit { method, path, limiter: shared.unwrap_or_else(|| limiter(quota)) });
    }
    Some(Arc::new(RequestLimits {
        caller: limiter(Quota::new("caller", requests, Duration::from_mins(1))),
        routes,
        unlimited: UNLIMITED,
        proxies: settings.trusted_proxies.clone(),
        identify: Box::new(move |request| Some(format!("member:{}", token_holder(&auth, request)?))),
    }))
}

#[cfg(test)]
mod tests {
    use super::ROUTES;
    use crate::openapi::document;

    #[test]
    fn every_route_that_is_limited_is_there() {
        let document = serde_json::to_value(document()).expect("the document is JSON");
        for (method, path, _) in ROUTES {
            let operation = &document["paths"][path][method.to_lowercase()];
            assert!(operation.is_object(), "{method} {path}");
        }
    }
}
