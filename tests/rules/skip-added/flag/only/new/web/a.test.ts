it.only("is b", () => {
  expect(a()).toBe(b);
});
