public class Billing {
    public Receipt charge(Order order) {
        return gateway.charge(order);
    }
}
