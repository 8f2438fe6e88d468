export function load(url: string) {
  return fetch(url, {
    method: "GET",
  });
}
