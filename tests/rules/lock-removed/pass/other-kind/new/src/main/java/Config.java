class Config {
    protected void init(boolean check) {
        lock.lock();
        try {
            if (ready) {
                return;
            }
            ready = load(check);
        } finally {
            lock.unlock();
        }
    }
}
