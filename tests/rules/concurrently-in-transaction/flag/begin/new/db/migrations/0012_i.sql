BEGIN;
SET lock_timeout = '2s';
CREATE INDEX CONCURRENTLY i ON orders (user_id);
COMMIT;
