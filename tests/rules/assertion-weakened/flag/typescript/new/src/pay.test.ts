describe("pay", () => {
  it("totals the order", () => {
    expect(total()).toBeDefined();
  });
});
