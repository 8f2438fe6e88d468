class Rates {
    public Rate current(String pair) {
        return client.fetch(pair);
    }
}
