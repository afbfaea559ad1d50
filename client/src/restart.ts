/** Runs one job at a time and joins requests: however often it is asked for, at most one run waits behind the current one. */
export class Coalesced {
  private current: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;

  /** `job` must not reject. */
  constructor(private readonly job: () => Promise<void>) {}

  /** Settles when a run that began after this call has ended. */
  run(): Promise<void> {
    this.next ??= this.current.then(() => {
      this.next = undefined;
      this.current = this.job();
      return this.current;
    });
    return this.next;
  }

  /** Settles when nothing runs and nothing waits. */
  async idle(): Promise<void> {
    await (this.next ?? this.current);
  }
}
