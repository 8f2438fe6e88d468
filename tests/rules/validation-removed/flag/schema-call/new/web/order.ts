export async function place(request: Request) {
  const body = await request.json();
  return orders.insert(body);
}
