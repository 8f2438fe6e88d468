export function price(item: Item): number {
  const found = prices.get(item.id);
  if (found === undefined) {
    return 0;
  }
  return found.amount;
}
