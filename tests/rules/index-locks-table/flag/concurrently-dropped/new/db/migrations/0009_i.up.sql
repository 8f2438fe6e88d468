CREATE INDEX i ON orders (user_id);
