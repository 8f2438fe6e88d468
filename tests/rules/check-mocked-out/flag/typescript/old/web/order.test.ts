it("refuses an order without lines", () => {
  expect(() => place({})).toThrow("no lines");
});
