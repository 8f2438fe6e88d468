export async function loadCart(id: string) {
  const res = await fetch(`/carts/${id}`);
  if (!res.ok) {
    throw new Error(`cart ${id}: ${res.status}`);
  }
  return res.json();
}
