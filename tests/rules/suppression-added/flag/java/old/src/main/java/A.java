class A {
    void a() {}
}
