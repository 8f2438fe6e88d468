-- +goose Up
ALTER TABLE a ADD COLUMN b int;
-- +goose Down
SELECT 'down';
