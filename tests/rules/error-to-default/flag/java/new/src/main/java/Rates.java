class Rates {
    Rate current(String pair) {
        Rate rate = cache.get(pair);
        if (rate == null) {
            return null;
        }
        return rate;
    }
}
