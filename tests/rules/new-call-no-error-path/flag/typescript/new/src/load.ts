export const a = 1;

export async function load(url: string) {
  const answer = await fetch(url, { signal });
  return answer.json();
}
