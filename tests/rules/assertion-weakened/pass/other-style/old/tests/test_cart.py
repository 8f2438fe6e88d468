class CartTest(TestCase):
    def test_lines(self):
        self.assertEqual(self.cart.lines, 1)
