describe("pay", () => {
  it("totals the order", () => {
    expect(total()).toEqual({ sum: 42 });
  });
});
