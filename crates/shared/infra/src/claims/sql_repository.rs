use super::{
    row::{NewClaimRow, RivalRow},
    schema::idempotency_claims::{self as claims, table},
};
use crate::{
    database::{Prepared, Session, SqlError, SqlTimestamp, SqlUuid},
    with_connection,
};
use async_trait::async_trait;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper, query_dsl::methods::FilterDsl,
    upsert::excluded,
};
use diesel_async::RunQueryDsl;
use library_shared_domain::{
    ClaimId, DependencyError, UPDATE_ATTEMPTS, contended,
    idempotency::{Claim, ClaimError, ClaimRepository, Claimed, CompleteClaimError, Receipt},
};
use time::OffsetDateTime;

/// How many expired claims go with one statement, which has a time limit.
const REMOVED_AT_ONCE: usize = 500;

/// Keeps the claims of idempotency keys in a SQL database.
pub struct SqlClaimRepository {
    session: Session,
}

impl SqlClaimRepository {
    /// A repository whose statements go to this session.
    pub fn new(session: impl Into<Session>) -> Self {
        Self { session: session.into() }
    }

    /// Claims the key if nothing stands in the way. The one statement is what decides between callers at once.
    async fn take(&self, claim: &Claim) -> Result<bool, ClaimError> {
        let row = NewClaimRow::from(claim);
        let has_expired = claims::claimed_at.le(SqlTimestamp(claim.expires_those_until()));
        let was_given_up = claims::outcome
            .is_null()
            .and(claims::leased_until.le(SqlTimestamp(claim.claimed_at)))
            .and(claims::fingerprint.eq(excluded(claims::fingerprint)));
        let taken = with_connection!(self.session.write().await?, |connection| {
            let claiming = diesel::insert_into(table).values(&row).on_conflict((claims::caller, claims::key_hash));
            FilterDsl::filter(claiming.do_update().set(&row), has_expired.or(was_given_up)).execute(connection).await
        });
        match taken {
            Ok(count) => Ok(count > 0),
            Err(SqlError::ForeignKeyViolation) => Err(ClaimError::CallerMissing),
            Err(error) => Err(DependencyError::from(error).into()),
        }
    }

    /// What has the key; `None` where it is gone meanwhile.
    async fn find_rival(&self, claim: &Claim) -> Result<Option<Claimed>, DependencyError> {
        let row = NewClaimRow::from(claim);
        let rival = with_connection!(self.session.read().await?, |connection| {
            let rival = QueryDsl::filter(table, claims::caller.eq(&row.caller).and(claims::key_hash.eq(&row.key_hash)));
            rival.select(RivalRow::as_select()).first(connection).await.optional()
        })?;
        Ok(rival.map(|rival: RivalRow| rival.against(&claim.fingerprint)))
    }
}

#[async_trait]
impl ClaimRepository for SqlClaimRepository {
    #[tracing::instrument(name = "idempotency_claims.claim", skip_all)]
    async fn claim(&self, claim: &Claim) -> Result<Claimed, ClaimError> {
        for _ in 0..UPDATE_ATTEMPTS {
            if self.take(claim).await? {
                return Ok(Claimed::Fresh);
            }
            if let Some(rival) = self.find_rival(claim).await? {
                return Ok(rival);
            }
        }
        Err(contended().into())
    }

    #[tracing::instrument(name = "idempotency_claims.complete", skip_all)]
    async fn complete(&self, id: ClaimId, receipt: &Receipt) -> Result<(), CompleteClaimError> {
        let open = QueryDsl::filter(table.find(SqlUuid::new(id)), claims::outcome.is_null());
        let outcome = claims::outcome.eq(receipt.outcome.as_slice());
        // None leaves whom the claim is about as it is.
        let member = receipt.member_id.map(|member_id| claims::member_id.eq(SqlUuid::new(member_id)));
        let completed = with_connection!(self.session.write().await?, |connection| {
            Prepared(diesel::update(open).set((outcome, member))).execute(connection).await
        });
        match completed.map_err(DependencyError::from)? {
            1 => Ok(()),
            _ => Err(CompleteClaimError::Lost),
        }
    }

    #[tracing::instrument(name = "idempotency_claims.release", skip_all)]
    async fn release(&self, id: ClaimId) -> Result<(), DependencyError> {
        let open = QueryDsl::filter(table.find(SqlUuid::new(id)), claims::outcome.is_null());
        with_connection!(self.session.write().await?, |connection| { diesel::delete(open).execute(connection).await })?;
        Ok(())
    }

    #[tracing::instrument(name = "idempotency_claims.remove_claimed_until", skip_all)]
    async fn remove_claimed_until(&self, time: OffsetDateTime) -> Result<usize, DependencyError> {
        let mut removed = 0;
        loop {
            let expired = QueryDsl::filter(table, claims::claimed_at.le(SqlTimestamp(time)))
                .select(claims::id)
                .limit(i64::try_from(REMOVED_AT_ONCE).unwrap_or(i64::MAX));
            let ids: Vec<SqlUuid> =
                with_connection!(self.session.read().await?, |connection| { expired.load(connection).await })?;
            // A key that is claimed anew meanwhile has another id.
            let those = QueryDsl::filter(table, claims::id.eq_any(&ids));
            removed +=
                with_connection!(self.session.write().await?, |connection| { diesel::delete(those).execute(connection).await })?;
            if ids.len() < REMOVED_AT_ONCE {
                break;
            }
        }
        Ok(removed)
    }
}
