export const a = 1;
export async function f() {
  try { return await g(); } catch (error) { log(error); throw error; }
}
