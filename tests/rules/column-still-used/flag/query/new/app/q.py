x = 1
ROWS = "SELECT email, nickname FROM users"
