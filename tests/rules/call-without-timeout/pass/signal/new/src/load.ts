export const a = 1;
export const load = (url: string) => fetch(url, { signal: AbortSignal.timeout(3000) });
