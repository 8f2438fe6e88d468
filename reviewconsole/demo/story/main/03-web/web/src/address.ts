const POSTCODES: Record<string, RegExp> = {
  DE: /^\d{5}$/,
  NL: /^\d{4} ?[A-Z]{2}$/,
};

export function validPostcode(country: string, postcode: string): boolean {
  const pattern = POSTCODES[country];
  return pattern ? pattern.test(postcode) : postcode.length > 0;
}
