-- +goose Up
CREATE INDEX CONCURRENTLY i ON orders (user_id);
-- +goose Down
DROP INDEX i;
