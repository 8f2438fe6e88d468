export const q = "SELECT id FROM users";
