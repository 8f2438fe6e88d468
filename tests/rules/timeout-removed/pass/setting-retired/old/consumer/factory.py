class Factory:
    def __init__(self, size, parallel_collect, parallel_collect_timeout):
        self.size = size
        self.parallel_collect = parallel_collect
        self.parallel_collect_timeout = parallel_collect_timeout

    def create(self):
        return Collect(self.size)
