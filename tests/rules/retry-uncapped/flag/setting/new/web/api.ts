export const client = create({ baseURL: url, maxRetries: Infinity });
