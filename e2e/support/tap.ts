/** Why a step cannot be done here; a step that throws it is skipped. */
export class Skip extends Error {}

/**
 * The results of a suite, as the lines that `e2e/run.ts` counts: `ok NAME`, `not ok NAME`, `ok NAME # SKIP reason`.
 *
 * Whatever begins with `#` or stands further in is for people.
 */
export class Tap {
  public failures = 0;

  ok(name: string, remark = ''): void {
    console.log(`ok ${name}${remark && ` (${remark})`}`);
  }

  notOk(name: string, reason: string): void {
    this.failures += 1;
    console.log(`not ok ${name}\n${reason.trimEnd().replace(/^/gm, '#   ')}`);
  }

  skip(name: string, reason: string): void {
    console.log(`ok ${name} # SKIP ${reason}`);
  }

  /** Does a step and prints how long it took; what it returns is a remark on its result. Says whether it went well. */
  async step(name: string, work: () => Promise<string | undefined> | string | undefined): Promise<boolean> {
    const started = Date.now();
    try {
      const remark = await work();
      const seconds = `${((Date.now() - started) / 1000).toFixed(1)} s`;
      this.ok(name, remark === undefined ? seconds : `${remark}; ${seconds}`);
      return true;
    } catch (error) {
      if (error instanceof Skip) this.skip(name, error.message);
      else this.notOk(name, error instanceof Error ? error.message : String(error));
      return error instanceof Skip;
    }
  }
}
