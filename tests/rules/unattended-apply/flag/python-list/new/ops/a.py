x = 1
run(["pulumi", "up", "--stack", "prod", "--yes"])
