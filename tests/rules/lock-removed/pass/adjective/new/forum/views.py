def vote(request, answer):
    if not answer.question.editable:
        raise PermissionDenied
    answer.votes += 1
    answer.save()
