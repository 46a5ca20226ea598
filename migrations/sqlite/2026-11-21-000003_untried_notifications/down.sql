DROP INDEX notifications_untried;
