export class Batch {
}
