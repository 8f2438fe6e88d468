RULES = ()


class Scorer(ABC):
    @abstractmethod
    def score(self, order):
        raise NotImplementedError
