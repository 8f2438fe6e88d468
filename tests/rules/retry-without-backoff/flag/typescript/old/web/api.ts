export async function load(id: string) {
  return client.get(id);
}
