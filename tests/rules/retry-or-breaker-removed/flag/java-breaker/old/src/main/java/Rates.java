class Rates {
    @CircuitBreaker(name = "rates", fallbackMethod = "cached")
    public Rate current(String pair) {
        return client.fetch(pair);
    }
}
