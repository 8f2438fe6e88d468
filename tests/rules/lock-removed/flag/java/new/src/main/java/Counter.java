class Counter {
    public void add(int n) {
        total += n;
        listeners.notifyAll(total);
    }
}
