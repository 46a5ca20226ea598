-- Lists show the newest first by id (UUIDv7), which the primary keys serve.
-- Names of the form <table>_<column>_key are what the adapters tell a duplicate by.

CREATE TABLE books (
    id uuid PRIMARY KEY,
    isbn text NOT NULL UNIQUE,
    title text NOT NULL,
    author text NOT NULL,
    description text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE members (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    email text NOT NULL,
    -- The address in lower case: two that differ only in case are one member.
    email_key text NOT NULL UNIQUE,
    is_verified boolean NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE credentials (
    member_id uuid PRIMARY KEY REFERENCES members (id) ON DELETE CASCADE,
    password_hash text NOT NULL
);

CREATE TABLE loans (
    id uuid PRIMARY KEY,
    -- No foreign keys: a returned loan outlives its book and its member.
    book_id uuid NOT NULL,
    member_id uuid NOT NULL,
    loaned_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    returned_at timestamptz,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    -- The ids while the loan is open, else null: an open loan is the only one of its book, and of a book and a member that exist.
    open_book_id uuid GENERATED ALWAYS AS (CASE WHEN returned_at IS NULL THEN book_id END) STORED
        UNIQUE REFERENCES books (id),
    open_member_id uuid GENERATED ALWAYS AS (CASE WHEN returned_at IS NULL THEN member_id END) STORED
        REFERENCES members (id),
    CHECK (due_at >= loaned_at),
    CHECK (returned_at >= loaned_at)
);

CREATE INDEX loans_member_id ON loans (member_id, id);
CREATE INDEX loans_open_member_id ON loans (open_member_id);

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    member_id uuid NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    -- On the session and not on its tokens: ending it also ends a token that is being made at that moment.
    revoked_at timestamptz
);

CREATE INDEX sessions_member_id ON sessions (member_id);
CREATE INDEX sessions_created_at ON sessions (created_at);

CREATE TABLE refresh_tokens (
    id uuid PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    member_id uuid NOT NULL,
    token_hash bytea NOT NULL UNIQUE,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);

CREATE INDEX refresh_tokens_session_id ON refresh_tokens (session_id, expires_at);

CREATE TABLE notifications (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    member_id uuid NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    queued_at timestamptz NOT NULL,
    attempts integer NOT NULL,
    due_at timestamptz NOT NULL,
    -- Which claim holds it, and until when no other worker may take it.
    claim_token uuid,
    leased_until timestamptz,
    last_error text,
    failed_at timestamptz
);

CREATE INDEX notifications_due_at ON notifications (due_at, id) WHERE failed_at IS NULL;
CREATE INDEX notifications_member_id ON notifications (member_id);
