@Service
public class Orders {
    public void place(Order order) {
        orders.save(order);
        stock.update(order);
    }
}
