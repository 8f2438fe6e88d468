class TestPay:
    def test_total(self):
        self.assertEqual(total(), 42)
        self.assertEqual(tax(), 2)
