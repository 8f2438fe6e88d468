it("gives a discount", () => {
  expect(discount(10425)).toBe(17);
});
