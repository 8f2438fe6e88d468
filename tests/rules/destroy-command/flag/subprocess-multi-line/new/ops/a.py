import subprocess


def reset(stack):
    subprocess.run(
        [
            "aws", "cloudformation",
            "delete-stack",
            "--stack-name", stack,
        ],
        check=True,
    )
