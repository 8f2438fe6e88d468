export async function charge(o: Order) {
  return gateway.charge(o);
}
