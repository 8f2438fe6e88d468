from app.models import Card


def card_of(user):
    try:
        return user.card
    except Card.DoesNotExist:
        card = Card(user=user)
        card.save()
        return card
