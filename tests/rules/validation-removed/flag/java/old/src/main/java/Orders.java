class Orders {
    void place(Order order) {
        Objects.requireNonNull(order.customer(), "customer");
        if (order.lines().isEmpty()) {
            throw new IllegalArgumentException("no lines");
        }
        store.insert(order.customer(), order.lines());
    }
}
