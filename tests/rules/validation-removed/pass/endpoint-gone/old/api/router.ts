export const routes = router({
  read: procedure.query(async ({ input }) => {
    const key = config.readKey;
    return find(input.id, key);
  }),
  seal: procedure.mutation(async ({ input }) => {
    const key = config.sealKey;

    if (!key) {
      throw new Error('no key to seal with');
    }

    return store(input.id, seal(input.text, key));
  }),
});
