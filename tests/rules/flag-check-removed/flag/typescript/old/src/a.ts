export function load(user) {
  if (client.boolVariation("editor", user, false)) {
    attachEditor(user);
  }
  track(user);
}
