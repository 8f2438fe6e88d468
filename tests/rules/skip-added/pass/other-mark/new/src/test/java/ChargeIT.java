class ChargeIT {
    @Disabled("summer time")
    @Test
    void emitsAnEvent() {
        create();
    }
}
