export function price(item: Item): number {
  const found = prices.get(item.id);
  if (found === undefined) {
    throw new UnknownPrice(item.id);
  }
  return found.amount;
}
