export function f() {
  a();
}
