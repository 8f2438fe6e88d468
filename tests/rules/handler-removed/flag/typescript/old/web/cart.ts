export async function loadCart(id: string): Promise<Cart | null> {
  try {
    const response = await client.get(`/carts/${id}`);
    return parse(response);
  } catch (error) {
    report(error);
    return null;
  }
}
