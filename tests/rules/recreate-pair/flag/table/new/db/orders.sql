SELECT 1;
DROP TABLE IF EXISTS orders;
CREATE TABLE orders (id bigint primary key);
