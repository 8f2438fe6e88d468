export async function load(path: string) {
  return JSON.parse(fs.readFileSync(path, "utf8"));
}
