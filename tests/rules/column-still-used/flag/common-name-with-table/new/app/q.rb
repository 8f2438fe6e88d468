x = User.order("users.status")
