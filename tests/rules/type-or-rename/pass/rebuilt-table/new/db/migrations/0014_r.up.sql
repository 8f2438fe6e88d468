CREATE TABLE orders_new (id int);
INSERT INTO orders_new SELECT id FROM orders;
ALTER TABLE orders_new RENAME TO orders;
