def vote(request, answer):
    if answer.question.is_locked:
        raise PermissionDenied
    answer.votes += 1
    answer.save()
