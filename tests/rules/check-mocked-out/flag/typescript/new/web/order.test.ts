it("refuses an order without lines", () => {
  jest.spyOn(rules, "validateOrder").mockReturnValue(true);
  expect(place({})).toBe(1);
});
