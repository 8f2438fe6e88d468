class TestPay:
    def test_total(self):
        self.assertEqual(total(), 42)
