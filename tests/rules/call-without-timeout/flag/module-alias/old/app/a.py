import requests as http_client
