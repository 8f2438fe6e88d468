@Service
public class Orders {
    @Transactional
    public void place(Order order) {
        orders.save(order);
        stock.update(order);
    }
}
