const storeAll = async (files) => {
    const stored = await Promise.all(
      files.map(async (file) => {
        const text = await read(file);

        // Later: other sorts of file.
        const clean = await normalise(text, 'pdf');
        const id = await upload(clean);

        return { id, name: file.name };
      }),
    );
    return stored;
};

export const create = async ({ files, owner }) => save(owner, await storeAll(files));
