class OrderView(APIView):
    permission_classes = [AllowAny]

    def get(self, request, pk):
        return Response(self.get_object(pk))
