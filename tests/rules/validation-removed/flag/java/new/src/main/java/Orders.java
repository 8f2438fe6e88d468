class Orders {
    void place(Order order) {
        store.insert(order.customer(), order.lines());
    }
}
