export const q = "SELECT id, nickname FROM users";
