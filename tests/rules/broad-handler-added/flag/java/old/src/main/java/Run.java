class Run {
    void run(Job job) {
        job.start();
    }
}
