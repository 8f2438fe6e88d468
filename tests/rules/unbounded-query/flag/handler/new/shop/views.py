def index(request):
    orders = Order.objects.all()
    return render(request, "index.html", {"orders": orders})
