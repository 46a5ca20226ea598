use crate::databases::{OwnDatabase, postgres_database, sqlite_database};
use library_auth_infra::SqlRefreshTokenRepository;
use library_book_domain::{Book, BookRepository};
use library_book_infra::{BookInRedis, CachedBookRepository, SqlBookRepository};
use library_loan_infra::SqlLoanRepository;
use library_member_domain::{Member, MemberRepository};
use library_member_infra::{
    CachedMemberRepository, MemberInRedis, SqlAccountDirectory, SqlCredentialRepository, SqlMemberRepository,
};
use library_notification_infra::SqlNotificationQueue;
use library_shared_infra::{
    SqlClaimRepository, UuidV7Generator,
    cache::{Cache, InProcessCache, Invalidation, RedisCache},
    database::{Session, SqlUnitOfWork, UnitScope},
    redis::RedisConnections,
};
use library_testkit::{Repositories, World, servers::redis_url_of_its_own};
use std::{sync::Arc, time::Duration};

const TIME_TO_LIVE: Duration = Duration::from_mins(5);

/// The SQL adapters on SQLite.
pub async fn sqlite() -> World {
    world(sqlite_database().await, None)
}

/// The SQL adapters on PostgreSQL.
pub async fn postgres() -> World {
    world(postgres_database().await, None)
}

/// SQLite, and look-ups by id answered from the cache in this process.
pub async fn sqlite_cached_in_process() -> World {
    world(sqlite_database().await, Some(&Caches::in_process()))
}

/// SQLite, and look-ups by id answered from Redis.
pub async fn sqlite_cached_in_redis() -> World {
    world(sqlite_database().await, Some(&Caches::in_redis().await))
}

/// PostgreSQL, and look-ups by id answered from the cache in this process.
pub async fn postgres_cached_in_process() -> World {
    world(postgres_database().await, Some(&Caches::in_process()))
}

/// PostgreSQL, and look-ups by id answered from Redis.
pub async fn postgres_cached_in_redis() -> World {
    world(postgres_database().await, Some(&Caches::in_redis().await))
}

fn world(own: OwnDatabase, caches: Option<&Caches>) -> World {
    let in_units = caches.cloned();
    let units = SqlUnitOfWork::new(own.database.clone(), move |scope: &UnitScope| {
        repositories(&scope.session(), in_units.as_ref(), &Invalidation::AfterCommit(scope.after_commit()))
    });
    World {
        repositories: repositories(&own.database.into(), caches, &Invalidation::Immediate),
        units: Arc::new(units),
        keep_alive: own.keep_alive,
    }
}

fn repositories(session: &Session, caches: Option<&Caches>, invalidation: &Invalidation) -> Repositories {
    let mut books: Arc<dyn BookRepository> = Arc::new(SqlBookRepository::new(session.clone()));
    let mut members: Arc<dyn MemberRepository> = Arc::new(SqlMemberRepository::new(session.clone()));
    if let Some(caches) = caches {
        books = Arc::new(CachedBookRepository::new(books, caches.books.clone(), invalidation.clone()));
        members = Arc::new(CachedMemberRepository::new(members, caches.members.clone(), invalidation.clone()));
    }
    Repositories {
        books,
        members,
        credentials: Arc::new(SqlCredentialRepository::new(session.clone())),
        loans: Arc::new(SqlLoanRepository::new(session.clone())),
        refresh_tokens: Arc::new(SqlRefreshTokenRepository::new(session.clone())),
        accounts: Arc::new(SqlAccountDirectory::new(session.clone())),
        notifications: Arc::new(SqlNotificationQueue::new(session.clone(), Arc::new(UuidV7Generator))),
        claims: Arc::new(SqlClaimRepository::new(session.clone())),
    }
}

#[derive(Clone)]
struct Caches {
    books: Arc<dyn Cache<Book>>,
    members: Arc<dyn Cache<Member>>,
}

impl Caches {
    fn in_process() -> Self {
        Self { books: Arc::new(InProcessCache::new(TIME_TO_LIVE)), members: Arc::new(InProcessCache::new(TIME_TO_LIVE)) }
    }

    async fn in_redis() -> Self {
        let connections = RedisConnections::open(&redis_url_of_its_own().await).expect("a URL of Redis");
        Self {
            books: Arc::new(RedisCache::<_, BookInRedis>::new(connections.clone(), TIME_TO_LIVE)),
            members: Arc::new(RedisCache::<_, MemberInRedis>::new(connections, TIME_TO_LIVE)),
        }
    }
}
