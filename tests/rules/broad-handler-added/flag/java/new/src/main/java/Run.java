class Run {
    void run(Job job) {
        try {
            job.start();
        } catch (Exception e) {
            job.fail();
        }
    }
}
