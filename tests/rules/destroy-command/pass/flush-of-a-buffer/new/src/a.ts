export class Batch {
  flushAll() {
    this.queue.flushAll();
    batch.flushAll();
    reporter.FlushAll();
  }
}
