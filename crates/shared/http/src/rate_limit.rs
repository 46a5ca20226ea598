use crate::{Problem, TrustedProxies, problem::seconds_up, routes::route_of};
use actix_web::{
    Error, HttpRequest,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
};
use library_shared_domain::{Quota, RateLimiter, Standing};
use std::{fmt::Write, sync::Arc, time::Duration};

/// The headers of draft-ietf-httpapi-ratelimit-headers: the quotas that a request was counted against, and where its sender stands.
pub(crate) const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
pub(crate) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Tells who calls, where that is more than an address: by proof, and not by what anybody could write.
type Identify = dyn Fn(&HttpRequest) -> Option<String> + Send + Sync;

/// What requests are counted against: the caller's quota, whatever they ask for, and those of some routes, by address.
pub struct RequestLimits {
    /// How many requests a caller has in all.
    pub caller: Arc<dyn RateLimiter>,
    /// What some routes allow an address besides.
    pub routes: Vec<RouteLimit>,
    /// The paths of what is not limited, with all beneath them.
    pub unlimited: &'static [&'static str],
    /// Whose word on the client's address counts.
    pub proxies: TrustedProxies,
    /// Who calls; where nobody is known, the address does.
    pub identify: Box<Identify>,
}

/// A route, and how often an address may ask for it. Routes that share a limiter share its quota.
pub struct RouteLimit {
    /// The method.
    pub method: &'static str,
    /// The path, as it is mounted.
    pub path: &'static str,
    /// What counts.
    pub limiter: Arc<dyn RateLimiter>,
}

/// The middleware that answers 429 to whoever has used up a quota, and tells everybody where they stand. Without limits it does nothing.
///
/// # Errors
/// None of its own.
pub async fn limit_requests(
    limits: Option<Arc<RequestLimits>>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(limits) = limits.filter(|limits| !limits.exempt(request.path())) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let standings = limits.take(request.request()).await;
    let refused = standings.iter().find_map(|(_, standing)| match standing {
        Standing::Refused { wait } => Some(*wait),
        Standing::Permitted { .. } => None,
    });
    let mut response = match refused {
        Some(wait) => request.error_response(quota_exceeded(wait)),
        None => next.call(request).await?.map_into_boxed_body(),
    };
    tell(response.headers_mut(), &standings);
    Ok(response)
}

impl RequestLimits {
    fn exempt(&self, path: &str) -> bool {
        self.unlimited.iter().filter_map(|root| path.strip_prefix(root)).any(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Counts a request against every quota that it falls under, up to the first that refuses it.
    async fn take(&self, request: &HttpRequest) -> Vec<(Quota, Standing)> {
        let address = self.proxies.client_of(request).to_string();
        let caller = (self.identify)(request).unwrap_or_else(|| address.clone());
        let mut standings = Vec::with_capacity(2);
        for (limiter, key) in [(Some(&self.caller), caller), (self.of_route(request), address)] {
            let Some(limiter) = limiter else { continue };
            let standing = limiter.take(&key).await;
            standings.push((limiter.quota(), standing));
            if matches!(standing, Standing::Refused { .. }) {
                break;
            }
        }
        standings
    }

    fn of_route(&self, request: &HttpRequest) -> Option<&Arc<dyn RateLimiter>> {
        let path = route_of(request)?;
        let is_of = |route: &&RouteLimit| route.path == &*path && route.method == request.method().as_str();
        self.routes.iter().find(is_of).map(|route| &route.limiter)
    }
}

/// 429: a quota is used up.
pub(crate) fn quota_exceeded(wait: Duration) -> Problem {
    Problem::too_many(
        "quota-exceeded",
        "Quota exceeded",
        "These were too many requests; the headers RateLimit and RateLimit-Policy say how many there may be.",
        wait,
    )
}

fn tell(headers: &mut HeaderMap, standings: &[(Quota, Standing)]) {
    let (mut policies, mut state) = (String::new(), String::new());
    for (quota, standing) in standings {
        let separator = if policies.is_empty() { "" } else { ", " };
        let (name, requests, window) = (quota.name(), quota.requests(), seconds_up(quota.window()));
        let (remaining, reset) = (standing.remaining(), seconds_up(standing.whole_after(quota)));
        // Writing to a text cannot fail.
        let _ = write!(policies, "{separator}\"{name}\";q={requests};w={window}");
        let _ = write!(state, "{separator}\"{name}\";r={remaining};t={reset}");
    }
    for (name, value) in [(RATE_LIMIT_POLICY, policies), (RATE_LIMIT, state)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests;
