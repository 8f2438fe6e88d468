export const a = 1;
export async function load(url: string) {
  const answer = await fetch(url, {
    method: "POST",
  });
  if (!answer.ok) throw new Error("load");
}
