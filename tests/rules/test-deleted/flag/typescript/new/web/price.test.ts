describe("price", () => {
  it("adds the tax", () => {
    expect(taxed(100)).toBe(119);
  });
});
