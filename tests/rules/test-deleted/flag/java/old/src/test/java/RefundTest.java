class RefundTest {
    @Test
    void paidOnce() {
        refund(account, 10);
        assertEquals(90, account.balance());
    }

    @Test
    void ofNothing() {
        refund(account, 0);
        assertEquals(100, account.balance());
    }
}
