export const layout = async (id: string) => {
  try {
    const page = await load(id);
    return page;
  } catch (error) {
    // The boundary will catch this
    throw error;
  }
};
