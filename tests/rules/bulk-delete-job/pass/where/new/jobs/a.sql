SELECT 1;
DELETE FROM sessions
WHERE expires_at < now();
