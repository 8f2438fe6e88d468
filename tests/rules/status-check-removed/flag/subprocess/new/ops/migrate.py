def migrate(folder):
    subprocess.run(
        ["alembic", "upgrade", "head"],
        cwd=folder,
    )
    print("done")
