export async function loadRates(): Promise<Rates> {
  return pRetry(() => http.get("/rates"), { retries: 3, minTimeout: 200 });
}
