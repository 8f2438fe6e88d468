export function client() {
  return create({ baseURL: url, timeout: 5000 });
}
