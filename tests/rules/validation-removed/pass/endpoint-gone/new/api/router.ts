export const routes = router({
  read: procedure.query(async ({ input }) => {
    const key = config.readKey;
    return find(input.id, key);
  }),
});
