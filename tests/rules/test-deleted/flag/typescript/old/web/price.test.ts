describe("price", () => {
  it("rounds to the cent", () => {
    expect(price(1.005)).toBe(1.01);
  });

  it("adds the tax", () => {
    expect(taxed(100)).toBe(119);
  });
});
