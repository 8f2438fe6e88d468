-- +goose Up
ALTER TABLE orders
  ADD COLUMN total bigint,
  DROP COLUMN sum;

-- +goose Down
ALTER TABLE orders ADD COLUMN sum int;
