function units(cents: number, separator: string): string {
  const rest = String(cents % 100).padStart(2, "0");
  return `${Math.floor(cents / 100)}${separator}${rest}`;
}

export function formatPrice(cents: number, currency: string): string {
  if (currency === "EUR") {
    return `${units(cents, ",")} €`;
  }
  return `${currency} ${units(cents, ".")}`;
}
