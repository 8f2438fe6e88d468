class Rates {
    Rate current(String pair) {
        Rate rate = cache.get(pair);
        if (rate == null) {
            throw new RateMissing(pair);
        }
        return rate;
    }
}
