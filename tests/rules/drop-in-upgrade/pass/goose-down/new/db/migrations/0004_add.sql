-- +goose Up
CREATE TABLE invoices (id bigint);
-- +goose Down
DROP TABLE invoices;
