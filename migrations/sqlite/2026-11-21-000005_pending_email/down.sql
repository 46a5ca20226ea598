ALTER TABLE members DROP COLUMN pending_email;
