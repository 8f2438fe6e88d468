export async function load(id: string) {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      return await client.get(id);
    } catch (error) {
      report(error);
      await sleep(500);
    }
  }
  throw new Error("no answer");
}
