export async function pay(order: Order) {
  return api.post("/payments", order);
}
