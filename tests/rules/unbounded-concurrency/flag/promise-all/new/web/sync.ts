export async function sync(items: Item[]) {
  await Promise.all(
    items.map(async (item) => {
      await push(item);
    }),
  );
}
