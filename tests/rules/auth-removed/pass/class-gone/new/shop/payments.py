class Capture(Mutation):
    @classmethod
    @permission_required("orders.manage")
    def mutate(cls, root, info, payment):
        return gateway.capture(payment)
