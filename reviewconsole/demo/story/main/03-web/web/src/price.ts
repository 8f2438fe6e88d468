export function formatPrice(cents: number, currency: string): string {
  const units = Math.floor(cents / 100);
  const rest = cents % 100;
  const padded = rest < 10 ? "0" + rest : "" + rest;
  if (currency === "EUR") {
    return units + "," + padded + " €";
  }
  return currency + " " + units + "." + padded;
}
