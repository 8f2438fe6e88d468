export const layout = async (id: string) => {
  const page = await load(id);
  return page;
};
