export function client() {
  return create({ baseURL: url, signal: AbortSignal.timeout(5000) });
}
