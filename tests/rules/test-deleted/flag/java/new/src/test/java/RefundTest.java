class RefundTest {
    @Test
    void ofNothing() {
        refund(account, 0);
        assertEquals(100, account.balance());
    }
}
