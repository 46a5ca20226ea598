DROP TABLE notifications;
DROP TABLE refresh_tokens;
DROP TABLE sessions;
DROP TABLE loans;
DROP TABLE credentials;
DROP TABLE members;
DROP TABLE books;
