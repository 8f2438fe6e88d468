CREATE TABLE invoices (id int);
ALTER TABLE invoices ADD COLUMN n int NOT NULL;
ALTER TABLE invoices ADD FOREIGN KEY (n) REFERENCES orders (id);
