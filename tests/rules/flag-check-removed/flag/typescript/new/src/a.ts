export function load(user) {
  attachEditor(user);
  track(user);
}
