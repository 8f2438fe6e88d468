export async function loadCart(id: string): Promise<Cart | null> {
  const response = await client.get(`/carts/${id}`);
  return parse(response);
}
