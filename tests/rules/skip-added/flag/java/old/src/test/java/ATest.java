class ATest {
    @Test
    void a() { b(); }
}
