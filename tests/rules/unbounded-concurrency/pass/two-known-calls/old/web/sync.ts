export async function both() {
  return [await users(), await orders()];
}
