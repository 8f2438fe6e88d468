package app

var apiURL = getEnvOrDefault("API_URL", "https://api.example.com")
