class Config {
    protected synchronized void init(boolean check) {
        if (ready) {
            return;
        }
        ready = load(check);
    }
}
