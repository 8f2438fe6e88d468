CREATE TABLE fill_ids (id bigint);
UPDATE orders SET seen = true WHERE id IN (SELECT id FROM fill_ids);
DROP TABLE fill_ids;
