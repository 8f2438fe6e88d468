class ATest {
    @Test
    @Disabled("flaky")
    void a() { b(); }
}
