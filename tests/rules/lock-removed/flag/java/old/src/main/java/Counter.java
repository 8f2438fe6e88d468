class Counter {
    public synchronized void add(int n) {
        total += n;
        listeners.notifyAll(total);
    }
}
