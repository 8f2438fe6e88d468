ALTER TYPE state RENAME VALUE 'open' TO 'pending';
