it.skip("charges", () => {
  expect(charge()).toBe(1);
});
