export function load(path: string) {
  try {
    return read(path);
  } catch (error) {
    report(error);
  }
}
