class CartTest(TestCase):
    def test_lines(self):
        assert self.cart.lines == 1
