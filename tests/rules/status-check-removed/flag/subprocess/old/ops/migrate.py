def migrate(folder):
    subprocess.run(
        ["alembic", "upgrade", "head"],
        cwd=folder,
        check=True,
    )
    print("done")
