export async function sync(items: Item[]) {
  for (const item of items) {
    await push(item);
  }
}
