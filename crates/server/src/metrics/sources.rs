use super::encode::{Label, encode_durations, encode_labelled};
use library_book_domain::Book;
use library_member_domain::Member;
use library_member_infra::Argon2PasswordHasher;
use library_shared_infra::{
    BreakerState, CircuitBreaker,
    cache::{Cache, CacheUsage},
    database::Database,
    measure::PoolUsage,
    redis::RedisConnections,
};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeGaugeValue, MetricEncoder, NoLabelSet},
    metrics::MetricType,
};
use std::{fmt, sync::Arc};

/// The adapters that are asked at every scrape how they are used.
pub struct Sources {
    pub database: Database,
    /// The connections to Redis, where there are any.
    pub redis: Option<RedisConnections>,
    pub books: Arc<dyn Cache<Book>>,
    pub members: Arc<dyn Cache<Member>>,
    pub hasher: Arc<Argon2PasswordHasher>,
    /// The circuit breakers before what may be away.
    pub breakers: Vec<CircuitBreaker>,
}

impl fmt::Debug for Sources {
    /// The trait of collectors asks for it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sources")
    }
}

impl Collector for Sources {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let pools: Vec<_> = self.database.usage().into_iter().chain(self.redis.as_ref().map(RedisConnections::usage)).collect();
        encode_pools(&mut encoder, &pools)?;
        encode_caches(&mut encoder, &[("books", self.books.usage()), ("members", self.members.usage())])?;
        encode_breakers(&mut encoder, &self.breakers)?;
        self.encode_hashing(&mut encoder)
    }
}

impl Sources {
    fn encode_hashing(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let usage = self.hasher.usage();
        let mut gauge = |name, help, value: usize| {
            encoder.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(&number(value))
        };
        gauge("password_hashing_limit", "How many passwords may be hashed at once", usage.limit)?;
        gauge("password_hashing_in_progress", "How many passwords are being hashed", usage.in_progress)?;
        let help = "How long callers waited for their turn to have a password hashed";
        let mut waits = encoder.encode_descriptor("password_hashing_wait_seconds", help, None, MetricType::Histogram)?;
        encode_durations(&mut waits, &usage.waits)
    }
}

fn encode_pools(encoder: &mut DescriptorEncoder<'_>, pools: &[PoolUsage]) -> fmt::Result {
    let mut gauges = |name, help, value: fn(&PoolUsage) -> usize| {
        let values = pools.iter().map(|usage| ([("pool", usage.pool)], number(value(usage))));
        encode_gauges(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?, values)
    };
    gauges("pool_connections_limit", "How many connections the pool may have", |usage| usage.limit)?;
    gauges("pool_connections", "How many connections the pool has", |usage| usage.connections)?;
    gauges("pool_connections_in_use", "How many connections of the pool are in use", |usage| usage.in_use)?;
    gauges("pool_waiting_callers", "How many callers wait for a connection of the pool", |usage| usage.waiting)?;
    let help = "How long callers waited for a connection of the pool, the making of one included";
    let mut waits = encoder.encode_descriptor("pool_wait_seconds", help, None, MetricType::Histogram)?;
    for usage in pools {
        encode_labelled(&mut waits, &[("pool", usage.pool)], |encoder| encode_durations(encoder, &usage.waits))?;
    }
    Ok(())
}

fn encode_caches(encoder: &mut DescriptorEncoder<'_>, caches: &[(&'static str, CacheUsage)]) -> fmt::Result {
    let mut counters = |name, help, value: fn(&CacheUsage) -> u64| {
        let mut counter = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (cache, usage) in caches {
            encode_labelled(&mut counter, &[("cache", *cache)], |encoder| {
                encoder.encode_counter::<NoLabelSet, _, u64>(&value(usage), None)
            })?;
        }
        Ok::<_, fmt::Error>(())
    };
    counters("cache_hits", "Look-ups that found the value in the cache", |usage| usage.hits)?;
    counters("cache_misses", "Look-ups that the database had to answer", |usage| usage.misses)?;
    counters("cache_errors", "Commands to the cache that failed", |usage| usage.errors)
}

fn encode_breakers(encoder: &mut DescriptorEncoder<'_>, breakers: &[CircuitBreaker]) -> fmt::Result {
    let help = "What the circuit breaker does with calls: 0 lets them through, 1 tries one, 2 turns them away";
    let values = breakers.iter().map(|breaker| {
        let state: u64 = match breaker.state() {
            BreakerState::Closed => 0,
            BreakerState::HalfOpen => 1,
            BreakerState::Open => 2,
        };
        ([("breaker", breaker.name())], state)
    });
    encode_gauges(encoder.encode_descriptor("circuit_breaker_state", help, None, MetricType::Gauge)?, values)
}

fn encode_gauges<V: EncodeGaugeValue>(mut gauge: MetricEncoder<'_>, values: impl Iterator<Item = (Label, V)>) -> fmt::Result {
    for (label, value) in values {
        encode_labelled(&mut gauge, &label, |encoder| encoder.encode_gauge(&value))?;
    }
    Ok(())
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
