const b = 1;
it("works", async () => { expect(await f()).toBe(1); });
