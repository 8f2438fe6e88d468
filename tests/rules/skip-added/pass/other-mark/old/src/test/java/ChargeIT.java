class ChargeIT {
    @Ignore("summer time")
    @Test
    public void emitsAnEvent() {
        create();
    }
}
