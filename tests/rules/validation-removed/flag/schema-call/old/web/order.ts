export async function place(request: Request) {
  const body = await request.json();
  orderSchema.parse(body);
  return orders.insert(body);
}
