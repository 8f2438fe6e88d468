export function run(job: Job) {
  try {
    job.start();
  } catch (error) {
    job.state = "failed";
    throw error;
  }
}
