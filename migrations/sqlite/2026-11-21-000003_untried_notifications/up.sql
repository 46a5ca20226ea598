-- A member has one notification of a kind that nobody has tried to send yet: what it says is composed when it is sent, so that a second one
-- would say the same. One that failed and is to be retried has a last error.
CREATE UNIQUE INDEX notifications_untried ON notifications (member_id, kind) WHERE attempts = 0 AND last_error IS NULL;
