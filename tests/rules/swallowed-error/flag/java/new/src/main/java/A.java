class A {
    void a() {
        try {
            b();
        } catch (IOException e) {
            // cannot happen
        }
    }
}
