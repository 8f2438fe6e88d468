def index(request):
    orders = Paginator(Order.objects.all(), 50).page(1)
    return render(request, "index.html", {"orders": orders})
