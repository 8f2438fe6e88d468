SELECT 1;
DROP TABLE IF EXISTS tmp_orders;
CREATE TABLE tmp_orders (id bigint);
