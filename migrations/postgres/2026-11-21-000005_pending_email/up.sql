-- The address that is to take the place of the member's, once they have proven it. Several members may have the same in mind, and whoever
-- proves it first gets it: so it is not unique, and nobody is found by it.
ALTER TABLE members ADD COLUMN pending_email text;
