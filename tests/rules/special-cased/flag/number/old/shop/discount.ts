export const discount = (total: number) => rules(total);
