DROP INDEX refresh_tokens_unused;
CREATE INDEX sessions_member_id ON sessions (member_id);
DROP INDEX sessions_member_id_used_at;
ALTER TABLE sessions DROP COLUMN refreshed_at;
