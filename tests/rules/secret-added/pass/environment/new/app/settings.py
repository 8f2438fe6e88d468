A = 1
SECRET_KEY = os.environ["SECRET_KEY_2024_PROD"]
TOKEN = get_token(user_id_12345)
