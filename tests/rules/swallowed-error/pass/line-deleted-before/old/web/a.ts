export function load(path: string) {
  try {
    check(path);
    return read(path);
  } catch (error) {
  }
}
