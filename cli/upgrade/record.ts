import { randomUUID } from 'node:crypto';
import { Failure } from '../exits';
import type { Surroundings } from '../surroundings';

const NAME = 'hacluster-upgrade';
/** A run that has not been heard of for so long is over. */
const SILENT_SECONDS = 180;

/** ConfigMap kube-system/hacluster-upgrade: where an upgrade stands, for people and for the next run. */
export class UpgradeRecord {
  private readonly run = randomUUID();
  private step = '';

  constructor(private readonly around: Surroundings) {}

  /**
   * Takes the record for this run.
   *
   * @throws Failure while another run is at work
   */
  public async begin(from: string, to: string): Promise<void> {
    const kube = await this.around.kube();
    const found = (await kube.configMap(NAME)) ?? {};
    const silent = (this.around.now().getTime() - Date.parse(found['at'] ?? '')) / 1000;
    if (found['state'] === 'running' && silent < SILENT_SECONDS) {
      throw new Failure(
        `another run upgrades this cluster: ${found['step'] ?? ''} (heard of ${Math.round(silent)} s ago); it counts as over after ${SILENT_SECONDS} s of silence`,
      );
    }
    await this.write({ from, to, begun: this.around.now().toISOString(), reason: null });
  }

  /** What is done now. */
  public async at(step: string): Promise<void> {
    this.step = step;
    await this.write({});
  }

  /** Still at work. An API that does not answer for a moment is no reason to stop. */
  public async alive(): Promise<void> {
    await this.write({}).catch(() => undefined);
  }

  public async end(state: 'done' | 'failed', reason: string | null = null): Promise<void> {
    await this.write({ state, reason });
  }

  private async write(more: Readonly<Record<string, string | null>>): Promise<void> {
    const kube = await this.around.kube();
    const at = this.around.now().toISOString();
    await kube.patchConfigMap(NAME, { run: this.run, state: 'running', step: this.step, at, ...more });
  }
}
