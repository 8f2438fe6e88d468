def apply(target):
    target.reload()
