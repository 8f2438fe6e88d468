def index(request):
    return render(request, "index.html")
