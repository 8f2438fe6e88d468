export async function loadCart(id: string) {
  try {
    return await http.get(id);
  } catch (error) {
    Sentry.captureException(error);
    return empty;
  }
}
