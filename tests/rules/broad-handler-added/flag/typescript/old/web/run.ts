export function run(job: Job) {
  job.start();
}
