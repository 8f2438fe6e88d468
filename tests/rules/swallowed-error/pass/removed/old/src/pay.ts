export function f() {
  try { a(); } catch (e) {}
}
