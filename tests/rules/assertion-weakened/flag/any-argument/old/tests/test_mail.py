def test_mail(sender):
    notify(sender, order)
    sender.send.assert_called_once_with("a@example.com", subject="Order 7")
