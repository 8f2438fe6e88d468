class A {
    @SuppressWarnings("unchecked")
    void a() {}
}
