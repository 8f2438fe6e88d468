export async function pay(order: Order) {
  return pRetry(
    () => api.post("/payments", order),
    { retries: 3, randomize: true },
  );
}
