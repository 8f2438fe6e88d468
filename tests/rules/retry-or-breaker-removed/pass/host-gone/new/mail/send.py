def render(message):
    return message.html()
