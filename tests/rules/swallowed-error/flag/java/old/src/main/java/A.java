class A {
    void a() { b(); }
}
