use crate::{
    config::{CacheLocation, Settings},
    failure::Failure,
    health::{CacheCheck, Checks, HealthChecks},
    limits::request_limits,
    metrics::Sources,
};
use library_auth_app::{
    EndAllSessions, EndSession, IdentifyCaller, ListPublicKeys, ListSessions, Login, Logout, RefreshTokenLifetime, RefreshTokens,
    RemoveExpiredSessions, RevokeToken,
};
use library_auth_domain::{AccountDirectory, FailedLogins, RefreshTokenRepository, TokenIssuer};
use library_auth_http::AuthApi;
use library_auth_infra::{
    ForgottenFailedLogins, InProcessFailedLogins, JwtTokenIssuer, RedisFailedLogins, SqlRefreshTokenRepository,
};
use library_book_app::{AddBook, AddBooks, Cataloguing, DeleteBook, ListBooks, ReadBook, SearchBooks, UpdateBook};
use library_book_domain::{Book, BookRepository};
use library_book_http::BookApi;
use library_book_infra::{BookInRedis, CachedBookRepository, SqlBookRepository};
use library_loan_app::{BorrowBook, Lending, ListLoans, ReadLoan, ReturnBook};
use library_loan_domain::LoanPeriod;
use library_loan_http::LoanApi;
use library_loan_infra::SqlLoanRepository;
use library_member_app::{
    AccountLinks, AccountTokens, ComposeNotification, DeleteMember, ListMembers, Membership, ReadMember, RegisterMember,
    RequestPasswordReset, ResendVerification, ResetPassword, UpdateMember, VerifyCredentials, VerifyMember,
};
use library_member_domain::{CredentialRepository, Member, MemberRepository};
use library_member_http::MemberApi;
use library_member_infra::{
    Argon2PasswordHasher, CachedMemberRepository, JwtEmailChangeTokens, JwtPasswordResetTokens, JwtVerificationTokens,
    MemberInRedis, SqlAccountDirectory, SqlCredentialRepository, SqlMemberRepository,
};
use library_notification_app::{DeliverNotifications, ListNotifications, MeasureBacklog, RetryNotifications};
use library_notification_domain::{NotificationQueue, Notifier, RetryPolicy};
use library_notification_infra::{GuardedNotifier, LogNotifier, SmtpNotifier, SqlNotificationQueue};
use library_shared_app::{ExecuteOnce, RemoveExpiredClaims};
use library_shared_domain::{Clock, IdGenerator, UnitOfWork, idempotency::ClaimRepository};
use library_shared_http::{CommandTasks, RequestLimits, WriteTasks};
use library_shared_infra::{
    CircuitBreaker, SqlClaimRepository, SystemClock, UuidV7Generator,
    cache::{Cache, InProcessCache, Invalidation, NearCache, NearValues, RedisCache},
    database::{Database, Session, SqlUnitOfWork, UnitScope},
    redis::RedisConnections,
};
use std::{num::NonZeroUsize, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// What every context's routes call.
#[derive(Clone)]
pub struct Apis {
    pub auth: AuthApi,
    pub book: BookApi,
    pub member: MemberApi,
    pub loan: LoanApi,
}

/// Makes what the routes call, on the thread of a worker that is one of so many.
pub type WorkerApis = Arc<dyn Fn(NonZeroUsize) -> Apis + Send + Sync>;

/// Everything that runs in a server.
pub struct Service {
    pub worker_apis: WorkerApis,
    pub limits: Option<Arc<RequestLimits>>,
    pub health: HealthChecks,
    pub sources: Sources,
    pub jobs: Jobs,
    pub writes: WriteTasks,
}

/// What is done without a request.
pub struct Jobs {
    pub deliver_notifications: Arc<DeliverNotifications>,
    pub remove_expired_sessions: Arc<RemoveExpiredSessions>,
    pub remove_expired_claims: Arc<RemoveExpiredClaims>,
}

/// Puts adapters behind the ports and use cases upon them, for a process that `serves` requests, which it answers from a cache, or does not.
/// `leaving` is cancelled when the shutdown begins.
///
/// # Errors
/// Where an adapter cannot be made with these settings.
pub fn wire(settings: &Settings, database: &Database, serves: bool, leaving: &CancellationToken) -> Result<Service, Failure> {
    let adapters = Adapters::new(settings, database, serves)?;
    let writes = WriteTasks::on_current_runtime();
    Ok(Service {
        limits: request_limits(settings, adapters.redis.as_ref(), adapters.auth_api(&writes)),
        worker_apis: adapters.worker_apis(&writes),
        health: adapters.health_checks(serves, leaving),
        sources: adapters.sources(),
        jobs: Jobs {
            deliver_notifications: Arc::new(adapters.deliver_notifications(settings)),
            remove_expired_sessions: Arc::new(RemoveExpiredSessions::new(adapters.refresh_tokens(), adapters.clock.clone())),
            remove_expired_claims: Arc::new(RemoveExpiredClaims::new(adapters.claims(), adapters.clock.clone())),
        },
        writes,
    })
}

/// What an operator sees to the queue with.
pub fn notification_commands(database: &Database) -> (ListNotifications, RetryNotifications) {
    let queue: Arc<dyn NotificationQueue> = Arc::new(SqlNotificationQueue::new(database.clone(), Arc::new(UuidV7Generator)));
    (ListNotifications::new(queue.clone()), RetryNotifications::new(queue, Arc::new(SystemClock)))
}

/// What books are imported with. No cache holds a book that is new.
pub fn add_books_command(database: &Database) -> AddBooks {
    let bind =
        |scope: &UnitScope| Cataloguing { books: Arc::new(SqlBookRepository::new(scope.session())), claims: claims_in(scope) };
    AddBooks::new(Arc::new(SqlUnitOfWork::new(database.clone(), bind)), Arc::new(UuidV7Generator), Arc::new(SystemClock))
}

/// The adapters and the rules that several use cases share.
#[derive(Clone)]
struct Adapters {
    database: Database,
    redis: Option<RedisConnections>,
    caches: Caches,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
    hasher: Arc<Argon2PasswordHasher>,
    failed_logins: Arc<dyn FailedLogins>,
    account_tokens: AccountTokens,
    mail: Option<Arc<GuardedNotifier>>,
    token_issuer: Arc<dyn TokenIssuer>,
    loan_period: LoanPeriod,
    refresh_token_ttl: RefreshTokenLifetime,
}

impl Adapters {
    fn new(settings: &Settings, database: &Database, serves: bool) -> Result<Self, Failure> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let ids: Arc<dyn IdGenerator> = Arc::new(UuidV7Generator);
        let keys = &settings.jwt_keys;
        let redis = match &settings.cache {
            CacheLocation::InProcess => None,
            CacheLocation::Redis(url) => Some(RedisConnections::open(url)?),
        };
        Ok(Self {
            database: database.clone(),
            mail: mail_of(settings)?,
            caches: Caches::new(redis.as_ref(), settings.cache_ttl, serves),
            failed_logins: failed_logins(settings, redis.as_ref(), &clock),
            redis,
            hasher: Arc::new(Argon2PasswordHasher::new()?),
            account_tokens: account_tokens(settings, &clock),
            token_issuer: Arc::new(JwtTokenIssuer::new(keys.clone(), clock.clone(), ids.clone(), settings.access_token_ttl)),
            clock,
            ids,
            loan_period: settings.loan_period,
            refresh_token_ttl: settings.refresh_token_ttl,
        })
    }

    /// What each worker's routes call: on what all workers share, but for the connections that they read over.
    fn worker_apis(&self, writes: &WriteTasks) -> WorkerApis {
        let (adapters, writes) = (self.clone(), writes.clone());
        Arc::new(move |workers| {
            let database = adapters.database.for_worker(workers);
            Adapters { database, ..adapters.clone() }.apis(&writes)
        })
    }

    fn apis(&self, writes: &WriteTasks) -> Apis {
        let commands = self.commands(writes);
        Apis {
            auth: self.auth_api(writes),
            book: self.book_api(&commands, writes),
            member: self.member_api(&commands, writes),
            loan: self.loan_api(&commands),
        }
    }

    fn book_api(&self, commands: &CommandTasks, writes: &WriteTasks) -> BookApi {
        let books = self.caches.books(self.database.clone(), Invalidation::Immediate);
        let units = self.cataloguing();
        BookApi {
            add_book: Arc::new(AddBook::new(units.clone(), self.ids.clone(), self.clock.clone())),
            add_books: Arc::new(AddBooks::new(units.clone(), self.ids.clone(), self.clock.clone())),
            update_book: Arc::new(UpdateBook::new(units.clone(), self.clock.clone())),
            read_book: Arc::new(ReadBook::new(books.clone())),
            list_books: Arc::new(ListBooks::new(books.clone())),
            search_books: Arc::new(SearchBooks::new(books)),
            delete_book: Arc::new(DeleteBook::new(units)),
            commands: commands.clone(),
            writes: writes.clone(),
        }
    }

    fn member_api(&self, commands: &CommandTasks, writes: &WriteTasks) -> MemberApi {
        let members = self.caches.members(self.database.clone(), Invalidation::Immediate);
        let (units, clock) = (self.membership(), self.clock.clone());
        MemberApi {
            register_member: Arc::new(RegisterMember::new(units.clone(), self.hasher.clone(), self.ids.clone(), clock.clone())),
            verify_member: Arc::new(VerifyMember::new(
                units.clone(),
                self.account_tokens.verification.clone(),
                self.account_tokens.email_change.clone(),
                clock.clone(),
            )),
            resend_verification: Arc::new(ResendVerification::new(units.clone(), self.ids.clone(), clock.clone())),
            request_password_reset: Arc::new(RequestPasswordReset::new(units.clone(), self.ids.clone(), clock.clone())),
            reset_password: Arc::new(ResetPassword::new(
                units.clone(),
                self.account_tokens.password_reset.clone(),
                self.hasher.clone(),
                self.failed_logins.clone(),
                self.ids.clone(),
                clock,
            )),
            read_member: Arc::new(ReadMember::new(members.clone())),
            list_members: Arc::new(ListMembers::new(members)),
            update_member: Arc::new(UpdateMember::new(
                units.clone(),
                self.hasher.clone(),
                self.failed_logins.clone(),
                self.ids.clone(),
                self.clock.clone(),
            )),
            delete_member: Arc::new(DeleteMember::new(units)),
            commands: commands.clone(),
            writes: writes.clone(),
        }
    }

    fn loan_api(&self, commands: &CommandTasks) -> LoanApi {
        let (units, clock) = (self.lending(), self.clock.clone());
        let loans = Arc::new(SqlLoanRepository::new(self.database.clone()));
        LoanApi {
            borrow_book: Arc::new(BorrowBook::new(units.clone(), self.ids.clone(), clock.clone(), self.loan_period)),
            return_book: Arc::new(ReturnBook::new(units, clock.clone())),
            read_loan: Arc::new(ReadLoan::new(loans.clone())),
            list_loans: Arc::new(ListLoans::new(loans, clock)),
            commands: commands.clone(),
        }
    }

    fn auth_api(&self, writes: &WriteTasks) -> AuthApi {
        let verifier = Arc::new(VerifyCredentials::new(self.uncached_members(), self.credentials(), self.hasher.clone()));
        let accounts: Arc<dyn AccountDirectory> = Arc::new(SqlAccountDirectory::new(self.database.clone()));
        let (tokens, issuer) = (self.refresh_tokens(), self.token_issuer.clone());
        let (ids, clock, lifetime) = (self.ids.clone(), self.clock.clone(), self.refresh_token_ttl);
        AuthApi {
            login: Arc::new(Login::new(
                verifier,
                self.failed_logins.clone(),
                tokens.clone(),
                issuer.clone(),
                ids.clone(),
                clock.clone(),
                lifetime,
            )),
            refresh_tokens: Arc::new(RefreshTokens::new(
                tokens.clone(),
                accounts.clone(),
                issuer.clone(),
                ids,
                clock.clone(),
                lifetime,
            )),
            logout: Arc::new(Logout::new(tokens.clone(), issuer.clone(), clock.clone())),
            revoke_token: Arc::new(RevokeToken::new(tokens.clone(), issuer.clone(), clock.clone())),
            list_sessions: Arc::new(ListSessions::new(tokens.clone(), clock.clone())),
            end_session: Arc::new(EndSession::new(tokens.clone(), clock.clone())),
            end_all_sessions: Arc::new(EndAllSessions::new(tokens, clock)),
            list_public_keys: Arc::new(ListPublicKeys::new(issuer.clone())),
            identify_caller: Arc::new(IdentifyCaller::new(issuer, accounts)),
            writes: writes.clone(),
        }
    }

    fn deliver_notifications(&self, settings: &Settings) -> DeliverNotifications {
        let composer = ComposeNotification::new(
            self.uncached_members(),
            self.credentials(),
            self.account_tokens.clone(),
            AccountLinks::under(settings.app_base_url.as_str()),
        );
        let notifier: Arc<dyn Notifier> = match &self.mail {
            Some(mail) => mail.clone(),
            None => Arc::new(LogNotifier),
        };
        DeliverNotifications::new(self.queue(), Arc::new(composer), notifier, self.clock.clone(), RetryPolicy::default())
    }

    fn health_checks(&self, is_cached: bool, leaving: &CancellationToken) -> HealthChecks {
        HealthChecks::new(Checks {
            database: self.database.clone(),
            cache: is_cached.then(|| self.redis.clone().map_or(CacheCheck::InProcess, CacheCheck::Redis)),
            measure_backlog: Arc::new(MeasureBacklog::new(self.queue(), self.clock.clone())),
            leaving: leaving.clone(),
        })
    }

    fn sources(&self) -> Sources {
        Sources {
            database: self.database.clone(),
            redis: self.redis.clone(),
            books: self.caches.books.clone(),
            members: self.caches.members.clone(),
            hasher: self.hasher.clone(),
            breakers: self.breakers(),
        }
    }

    fn breakers(&self) -> Vec<CircuitBreaker> {
        let redis = self.redis.iter().map(|redis| redis.breaker().clone());
        redis.chain(self.mail.iter().map(|mail| mail.breaker().clone())).collect()
    }

    fn queue(&self) -> Arc<dyn NotificationQueue> {
        Arc::new(SqlNotificationQueue::new(self.database.clone(), self.ids.clone()))
    }

    fn uncached_members(&self) -> Arc<dyn MemberRepository> {
        Arc::new(SqlMemberRepository::new(self.database.clone()))
    }

    fn credentials(&self) -> Arc<dyn CredentialRepository> {
        Arc::new(SqlCredentialRepository::new(self.database.clone()))
    }

    fn refresh_tokens(&self) -> Arc<dyn RefreshTokenRepository> {
        Arc::new(SqlRefreshTokenRepository::new(self.database.clone()))
    }

    fn claims(&self) -> Arc<dyn ClaimRepository> {
        Arc::new(SqlClaimRepository::new(self.database.clone()))
    }

    fn commands(&self, writes: &WriteTasks) -> CommandTasks {
        let execute_once = ExecuteOnce::new(self.claims(), self.ids.clone(), self.clock.clone());
        CommandTasks::new(writes.clone(), Arc::new(execute_once))
    }

    fn cataloguing(&self) -> Arc<dyn UnitOfWork<Cataloguing>> {
        let caches = self.caches.clone();
        self.unit_of_work(move |scope| Cataloguing { books: caches.books_in(scope), claims: claims_in(scope) })
    }

    fn membership(&self) -> Arc<dyn UnitOfWork<Membership>> {
        let (caches, ids) = (self.caches.clone(), self.ids.clone());
        self.unit_of_work(move |scope| Membership {
            members: caches.members_in(scope),
            credentials: Arc::new(SqlCredentialRepository::new(scope.session())),
            sessions: Arc::new(SqlRefreshTokenRepository::new(scope.session())),
            notifications: Arc::new(SqlNotificationQueue::new(scope.session(), ids.clone())),
            claims: claims_in(scope),
        })
    }

    fn lending(&self) -> Arc<dyn UnitOfWork<Lending>> {
        let caches = self.caches.clone();
        self.unit_of_work(move |scope| Lending {
            books: caches.books_in(scope),
            members: caches.members_in(scope),
            loans: Arc::new(SqlLoanRepository::new(scope.session())),
            claims: claims_in(scope),
        })
    }

    fn unit_of_work<R: Send + 'static>(&self, bind: impl Fn(&UnitScope) -> R + Send + Sync + 'static) -> Arc<dyn UnitOfWork<R>> {
        Arc::new(SqlUnitOfWork::new(self.database.clone(), bind))
    }
}

/// What remembers wrong passwords, one and the same for all who check one.
fn failed_logins(settings: &Settings, redis: Option<&RedisConnections>, clock: &Arc<dyn Clock>) -> Arc<dyn FailedLogins> {
    match (settings.requests_per_minute, redis) {
        (None, _) => Arc::new(ForgottenFailedLogins),
        (Some(_), None) => Arc::new(InProcessFailedLogins::new(clock.clone())),
        (Some(_), Some(redis)) => Arc::new(RedisFailedLogins::new(redis.clone(), clock.clone())),
    }
}

fn account_tokens(settings: &Settings, clock: &Arc<dyn Clock>) -> AccountTokens {
    let (keys, verification, password_reset) =
        (&settings.jwt_keys, settings.verification_token_ttl, settings.password_reset_token_ttl);
    AccountTokens {
        verification: Arc::new(JwtVerificationTokens::new(keys.clone(), clock.clone(), verification)),
        email_change: Arc::new(JwtEmailChangeTokens::new(keys.clone(), clock.clone(), verification)),
        password_reset: Arc::new(JwtPasswordResetTokens::new(keys.clone(), clock.clone(), password_reset)),
    }
}

/// What mail is sent with, where there is a mail server.
fn mail_of(settings: &Settings) -> Result<Option<Arc<GuardedNotifier>>, Failure> {
    let Some(smtp) = &settings.smtp else { return Ok(None) };
    if smtp.credentials.is_some() && !smtp.use_tls {
        tracing::warn!("smtp_password_sent_unencrypted");
    }
    Ok(Some(Arc::new(GuardedNotifier::new(Arc::new(SmtpNotifier::new(smtp)?)))))
}

fn claims_in(scope: &UnitScope) -> Arc<dyn ClaimRepository> {
    Arc::new(SqlClaimRepository::new(scope.session()))
}

/// The caches that repositories are decorated with.
#[derive(Clone)]
struct Caches {
    books: Arc<dyn Cache<Book>>,
    members: Arc<dyn Cache<Member>>,
}

impl Caches {
    /// Those of a process that `serves` requests, and so looks much up, have a level in its memory above Redis.
    fn new(redis: Option<&RedisConnections>, time_to_live: Duration, serves: bool) -> Self {
        match redis {
            None => {
                Self { books: Arc::new(InProcessCache::new(time_to_live)), members: Arc::new(InProcessCache::new(time_to_live)) }
            }
            Some(redis) if !serves => Self {
                books: Arc::new(RedisCache::<_, BookInRedis>::new(redis.clone(), time_to_live)),
                members: Arc::new(RedisCache::<_, MemberInRedis>::new(redis.clone(), time_to_live)),
            },
            Some(redis) => {
                let (books, members) = (NearValues::<_, BookInRedis>::new(), NearValues::<_, MemberInRedis>::new());
                let tracking = redis.track(vec![books.clone(), members.clone()]);
                Self {
                    books: Arc::new(NearCache::new(books, RedisCache::new(redis.clone(), time_to_live), tracking.clone())),
                    members: Arc::new(NearCache::new(members, RedisCache::new(redis.clone(), time_to_live), tracking)),
                }
            }
        }
    }

    fn books(&self, session: impl Into<Session>, invalidation: Invalidation) -> Arc<dyn BookRepository> {
        let repository = Arc::new(SqlBookRepository::new(session));
        Arc::new(CachedBookRepository::new(repository, self.books.clone(), invalidation))
    }

    fn members(&self, session: impl Into<Session>, invalidation: Invalidation) -> Arc<dyn MemberRepository> {
        let repository = Arc::new(SqlMemberRepository::new(session));
        Arc::new(CachedMemberRepository::new(repository, self.members.clone(), invalidation))
    }

    fn books_in(&self, scope: &UnitScope) -> Arc<dyn BookRepository> {
        self.books(scope.session(), Invalidation::AfterCommit(scope.after_commit()))
    }

    fn members_in(&self, scope: &UnitScope) -> Arc<dyn MemberRepository> {
        self.members(scope.session(), Invalidation::AfterCommit(scope.after_commit()))
    }
}
