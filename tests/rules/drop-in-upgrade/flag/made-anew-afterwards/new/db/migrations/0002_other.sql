CREATE TABLE remark (id int);
