CREATE TABLE idempotency_claims (
    id uuid PRIMARY KEY,
    caller text NOT NULL,
    -- SHA-256 of the key, which is not kept: with it, guesses at what the fingerprint was made of could be checked.
    key_hash bytea NOT NULL,
    fingerprint bytea NOT NULL,
    -- Whom the claim or its outcome is about: it goes with them.
    member_id uuid REFERENCES members (id) ON DELETE CASCADE,
    claimed_at timestamptz NOT NULL,
    -- From when on another attempt may take over, while there is no outcome.
    leased_until timestamptz NOT NULL,
    outcome bytea,
    UNIQUE (caller, key_hash)
);

CREATE INDEX idempotency_claims_claimed_at ON idempotency_claims (claimed_at);
CREATE INDEX idempotency_claims_member_id ON idempotency_claims (member_id);
