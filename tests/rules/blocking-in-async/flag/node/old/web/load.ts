export async function load(path: string) {
  return read(path);
}
