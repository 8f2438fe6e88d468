export async function loadCart(id: string) {
  try {
    return await http.get(id);
  } catch (error) {
    return empty;
  }
}
