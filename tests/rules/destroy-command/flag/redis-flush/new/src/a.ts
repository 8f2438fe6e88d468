x();
await redisClient.flushAll();
