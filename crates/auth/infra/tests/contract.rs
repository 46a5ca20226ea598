//! The sessions' repository, held to its port's contract on both databases; and the memory of failed logins, in process and in Redis.

use library_auth_domain::FailedLogins;
use library_auth_infra::{InProcessFailedLogins, RedisFailedLogins};
use library_shared_infra::{SystemClock, redis::RedisConnections};
use library_testkit::servers::redis_url_of_its_own;
use std::{sync::Arc, time::Duration};

/// A store that loses patience with Redis counts for itself, which is not what the contract is about.
const PATIENCE: Duration = Duration::from_secs(10);

async fn failed_logins_in_process() -> Arc<dyn FailedLogins> {
    Arc::new(InProcessFailedLogins::new(Arc::new(SystemClock)))
}

async fn failed_logins_in_redis() -> Arc<dyn FailedLogins> {
    let connections = RedisConnections::open(&redis_url_of_its_own().await).expect("a URL of Redis").with_command_limit(PATIENCE);
    Arc::new(RedisFailedLogins::new(connections, Arc::new(SystemClock)))
}

mod in_process {
    library_testkit::failed_logins_contract!(super::failed_logins_in_process);
}

mod in_redis {
    library_testkit::failed_logins_contract!(super::failed_logins_in_redis);
}

mod sqlite {
    library_testkit::refresh_token_repository_contract!(library_test_worlds::sqlite);
}

mod postgres {
    library_testkit::refresh_token_repository_contract!(library_test_worlds::postgres);
}
