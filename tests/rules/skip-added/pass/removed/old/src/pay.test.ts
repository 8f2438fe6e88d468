it.only("charges", () => {
  expect(charge()).toBe(1);
});
