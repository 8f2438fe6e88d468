export async function both() {
  return Promise.all([users(), orders()]);
}
