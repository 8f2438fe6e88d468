CREATE TABLE orders (id bigint);
ALTER TABLE orders ADD COLUMN status text;
