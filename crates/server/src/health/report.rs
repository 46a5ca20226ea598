use super::checks::{Checked, CheckedCache, Health};
use actix_web::http::StatusCode;
use library_notification_app::Backlog;
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// Whether the service can do its work, and what it stands on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(examples(json!({
    "state": "up",
    "is_shutting_down": false,
    "checks": {
        "database": {"state": "up", "duration_ms": 0.6},
        "cache": {"state": "up", "duration_ms": 0.2, "location": "redis"},
        "queue": {
            "state": "up",
            "duration_ms": 0.9,
            "backlog": {"waiting": 2, "due": 1, "oldest_due_seconds": 0.4, "failed": 0},
        },
    },
})))]
pub struct ReadinessReport {
    state: ServiceState,
    /// Whether the server is about to end: no new requests should be sent to it.
    is_shutting_down: bool,
    checks: Checks,
}

/// Whether the service can do its work: `degraded` is slower or in part, but requests are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ServiceState {
    Up,
    Degraded,
    Down,
}

/// What the service stands on.
#[derive(Debug, Serialize, ToSchema)]
struct Checks {
    database: Check,
    /// The cache; none where this process uses none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cache: Option<CacheReport>,
    queue: QueueReport,
}

#[derive(Debug, Serialize, ToSchema)]
struct Check {
    state: CheckState,
    /// How long the check took, in milliseconds.
    #[schema(minimum = 0)]
    duration_ms: f64,
}

#[derive(Debug, Serialize, ToSchema)]
struct CacheReport {
    state: CheckState,
    /// How long the check took, in milliseconds.
    #[schema(minimum = 0)]
    duration_ms: f64,
    location: Location,
}

#[derive(Debug, Serialize, ToSchema)]
struct QueueReport {
    state: CheckState,
    /// How long the check took, in milliseconds.
    #[schema(minimum = 0)]
    duration_ms: f64,
    /// What is in the queue; none where it did not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    backlog: Option<BacklogReport>,
}

/// Whether it answered in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum CheckState {
    Up,
    Down,
}

/// Where the cache is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Location {
    InProcess,
    Redis,
}

/// What is in the queue of notifications.
#[derive(Debug, Serialize, ToSchema)]
struct BacklogReport {
    /// How many wait to be sent.
    waiting: u64,
    /// How many of these are due.
    due: u64,
    /// For how long the one has been due that has been for longest, in seconds; 0 where none is.
    #[schema(minimum = 0)]
    oldest_due_seconds: f64,
    /// How many were given up.
    failed: u64,
}

impl ReadinessReport {
    /// 503 where no requests should be sent here.
    pub fn status(&self) -> StatusCode {
        match self.state {
            ServiceState::Up | ServiceState::Degraded => StatusCode::OK,
            ServiceState::Down => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl From<&Health> for ReadinessReport {
    fn from(health: &Health) -> Self {
        let is_cache_up = health.cache.as_ref().is_none_or(|cache| cache.checked().is_up());
        let state = if !health.database.is_up() || health.is_shutting_down {
            ServiceState::Down
        } else if is_cache_up && health.queue.is_up() {
            ServiceState::Up
        } else {
            ServiceState::Degraded
        };
        let checks = Checks {
            database: Check { state: state_of(&health.database), duration_ms: milliseconds(health.database.took) },
            cache: health.cache.as_ref().map(CacheReport::from),
            queue: QueueReport::from(&health.queue),
        };
        Self { state, is_shutting_down: health.is_shutting_down, checks }
    }
}

impl From<&CheckedCache> for CacheReport {
    fn from(cache: &CheckedCache) -> Self {
        let location = match cache {
            CheckedCache::InProcess(_) => Location::InProcess,
            CheckedCache::Redis(_) => Location::Redis,
        };
        let checked = cache.checked();
        Self { state: state_of(checked), duration_ms: milliseconds(checked.took), location }
    }
}

impl From<&Checked<Backlog>> for QueueReport {
    fn from(queue: &Checked<Backlog>) -> Self {
        let backlog = queue.answer.map(|backlog| BacklogReport {
            waiting: backlog.waiting,
            due: backlog.due,
            oldest_due_seconds: backlog.oldest_due_age.as_seconds_f64(),
            failed: backlog.failed,
        });
        Self { state: state_of(queue), duration_ms: milliseconds(queue.took), backlog }
    }
}

const fn state_of<T>(checked: &Checked<T>) -> CheckState {
    if checked.is_up() { CheckState::Up } else { CheckState::Down }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::{Checked, CheckedCache, Health, ReadinessReport, ServiceState};
    use library_notification_app::Backlog;
    use rstest::rstest;
    use std::time::Duration;

    fn checked<T>(answer: Option<T>) -> Checked<T> {
        Checked { answer, took: Duration::from_micros(1_500) }
    }

    fn backlog() -> Backlog {
        Backlog { waiting: 7, due: 5, oldest_due_age: time::Duration::milliseconds(2_500), failed: 1 }
    }

    #[rstest]
    #[case::all_is_well(true, Some(true), true, false, ServiceState::Up, 200)]
    #[case::no_cache_is_used(true, None, true, false, ServiceState::Up, 200)]
    #[case::the_cache_is_away(true, Some(false), true, false, ServiceState::Degraded, 200)]
    #[case::the_queue_is_stuck(true, Some(true), false, false, ServiceState::Degraded, 200)]
    #[case::the_database_is_away(false, Some(true), false, false, ServiceState::Down, 503)]
    #[case::the_shutdown_has_begun(true, Some(true), true, true, ServiceState::Down, 503)]
    fn a_service_without_its_database_is_down_and_without_anything_else_degraded(
        #[case] database: bool,
        #[case] cache: Option<bool>,
        #[case] queue: bool,
        #[case] is_shutting_down: bool,
        #[case] expected: ServiceState,
        #[case] status: u16,
    ) {
        let report = ReadinessReport::from(&Health {
            database: checked(database.then_some(())),
            cache: cache.map(|cache| CheckedCache::Redis(checked(cache.then_some(())))),
            queue: checked(queue.then(backlog)),
            is_shutting_down,
        });
        assert_eq!((report.state, report.status().as_u16()), (expected, status));
    }

    #[test]
    fn a_report_says_of_each_check_its_state_and_its_time() {
        let health = Health {
            database: checked(None),
            cache: Some(CheckedCache::InProcess(checked(Some(())))),
            queue: checked(Some(backlog())),
            is_shutting_down: false,
        };
        let expected = serde_json::json!({
            "state": "down",
            "is_shutting_down": false,
            "checks": {
                "database": {"state": "down", "duration_ms": 1.5},
                "cache": {"state": "up", "duration_ms": 1.5, "location": "in_process"},
                "queue": {
                    "state": "up",
                    "duration_ms": 1.5,
                    "backlog": {"waiting": 7, "due": 5, "oldest_due_seconds": 2.5, "failed": 1},
                },
            },
        });
        assert_eq!(serde_json::to_value(ReadinessReport::from(&health)).expect("JSON"), expected);
    }
}
