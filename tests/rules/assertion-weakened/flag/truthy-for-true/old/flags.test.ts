it('is off', () => {
  const found = load('none');
  expect(found.enabled).toBe(true);
});
