class OrderView(APIView):
    permission_classes = [IsAuthenticated, IsOwner]

    def get(self, request, pk):
        return Response(self.get_object(pk))
