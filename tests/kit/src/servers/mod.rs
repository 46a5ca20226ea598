//! Real servers for tests, started when the first test asks and gone when the test process is.
//!
//! | what | shared by the process | of one test's own |
//! |---|---|---|
//! | PostgreSQL | [`postgres_database`], [`postgres_database_from_template`] | [`PostgresServer`] |
//! | Redis | [`redis_url_of_its_own`] | [`RedisServer`] |
//! | SMTP | | [`SmtpServer`] |
//!
//! PostgreSQL and Redis are run from the installed programs, also by root (as the user `postgres` or `nobody`), unless
//! `TEST_DATABASE_URL` or `TEST_REDIS_URL` names a server to use. Where neither is there a test panics and says what to
//! install; it never skips. Each server stands under a small supervising shell that stops it and removes its directory
//! as soon as the test process ends, also after a SIGKILL.

mod certificates;
mod database;
mod postgres;
mod process;
mod redis;
mod smtp;

pub use self::{
    certificates::{CertificateAuthority, ServerCertificate},
    database::{TestDatabase, postgres_database, postgres_database_from_template},
    postgres::PostgresServer,
    redis::{RedisServer, redis_url_of_its_own},
    smtp::{Behaviour, ReceivedMail, SmtpServer, SmtpServerBuilder},
};
