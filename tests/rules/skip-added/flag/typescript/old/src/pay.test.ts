it("charges", () => {
  expect(charge()).toBe(1);
});
