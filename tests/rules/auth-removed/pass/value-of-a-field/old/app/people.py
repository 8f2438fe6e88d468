from app.models import Card


def card_of(user):
    try:
        return user.card
    except Card.DoesNotExist:
        card = Card(user=user, may_invite=user.is_superuser)
        card.save()
        return card
