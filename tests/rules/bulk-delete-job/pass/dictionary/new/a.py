x = 1
options.update(a=1)
item.delete()
