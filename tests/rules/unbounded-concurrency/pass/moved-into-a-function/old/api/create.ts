export const create = async ({ files, owner }) => {
  const stored = await Promise.all(
    files.map(async (file) => {
      const text = await read(file);
      const clean = await normalise(text);
      const id = await upload(clean);

      return { id, name: file.name };
    }),
  );
  return save(owner, stored);
};
