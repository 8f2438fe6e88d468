export const client = create({ baseURL: url, maxRetries: 3 });
