def reload(target):
    target.reload()
