CREATE TABLE totals (id int, n int);
UPDATE totals SET n = 0;
