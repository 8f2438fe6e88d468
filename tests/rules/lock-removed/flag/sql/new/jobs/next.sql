SELECT id, payload FROM jobs
WHERE state = 'ready'
ORDER BY created
LIMIT 1;
