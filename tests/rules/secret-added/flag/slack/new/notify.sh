echo
curl -H "Authorization: Bearer xoxb-274819375620-8dKqLmZ7vTn3"
