it("is b", () => {
  expect(a()).toBe(b);
});
