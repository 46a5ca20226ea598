-- When the session's token was last rotated; null where it never was, which is what a server of the release before leaves.
ALTER TABLE sessions ADD COLUMN refreshed_at bigint;

-- A token is revoked by its rotation alone; the end of a session stands on the session.
UPDATE sessions SET refreshed_at = (
    SELECT max(revoked_at) FROM refresh_tokens WHERE refresh_tokens.session_id = sessions.id
);

-- A member's sessions, the one that was used last at the end.
CREATE INDEX sessions_member_id_used_at ON sessions (member_id, COALESCE(refreshed_at, created_at));
DROP INDEX sessions_member_id;

-- The one token of a session that can still be rotated.
CREATE INDEX refresh_tokens_unused ON refresh_tokens (session_id) WHERE revoked_at IS NULL;
