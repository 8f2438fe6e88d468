CREATE VIEW daily_revenue AS
SELECT date_trunc('day', placed_at) AS day, sum(cents) AS cents
FROM orders
GROUP BY 1;
