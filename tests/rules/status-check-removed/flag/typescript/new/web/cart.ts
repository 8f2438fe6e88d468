export async function loadCart(id: string) {
  const res = await fetch(`/carts/${id}`);
  return res.json();
}
