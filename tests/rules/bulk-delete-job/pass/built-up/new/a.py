x = 1
sql = "DELETE FROM sessions " + where
