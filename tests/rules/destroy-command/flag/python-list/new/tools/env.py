import subprocess


def reset(name):
    subprocess.run(["aws", "cloudformation", "delete-stack", "--stack-name", name], check=True)
