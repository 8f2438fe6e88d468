export async function charge(o: Order) {
  void audit(o).catch(() => {});
  try {
    return await gateway.charge(o);
  } catch (error) {
  }
}
