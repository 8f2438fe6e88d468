CREATE TABLE notice (id int, body text, colour text);
