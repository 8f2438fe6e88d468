export async function loadRates(): Promise<Rates> {
  return http.get("/rates");
}
