public class Billing {
    public Receipt charge(Order order) {
        try {
            return gateway.charge(order);
        } catch (GatewayException e) {
            queue.retry(order);
            throw new BillingException(e);
        }
    }
}
