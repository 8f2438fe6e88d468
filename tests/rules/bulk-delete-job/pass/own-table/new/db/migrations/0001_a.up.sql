CREATE TABLE fill (id int);
DELETE FROM fill;
