import type { CloudSession, CurrentCluster, MachineGroup } from '../../cli/cloud';
import { Failure } from '../../cli/exits';
import type { Eviction, KubeApi, KubeNode, KubePod } from '../../cli/kube';
import { main } from '../../cli/program';

/** A cloud in memory. */
export class FakeCloud implements CloudSession {
  public readonly secrets = new Map<string, string>();
  public readonly calls: string[] = [];
  public all: MachineGroup[] = [];
  public found: CurrentCluster | undefined = { uid: '1a2b3c4d', endpoint: 'api.shop.test:6443' };
  /** What the cloud's client throws, whatever it is asked. */
  public broken: Error | undefined;

  public async current(): Promise<CurrentCluster> {
    if (this.broken) throw this.broken;
    if (this.found) return this.found;
    throw new Failure('there is no cluster shop');
  }

  public async readSecret(name: string): Promise<string | undefined> {
    return this.secrets.get(name);
  }

  public async createSecret(name: string, value: string): Promise<void> {
    if (this.secrets.has(name)) throw new Error('ParameterAlreadyExists');
    this.calls.push(`create ${name}`);
    this.secrets.set(name, value);
  }

  public async writeSecret(name: string, value: string): Promise<void> {
    this.calls.push(`write ${name}`);
    this.secrets.set(name, value);
  }

  public async deleteSecrets(names: readonly string[]): Promise<void> {
    for (const name of names) this.secrets.delete(name);
  }

  public async groups(): Promise<MachineGroup[]> {
    return this.all;
  }

  public async terminate(machineId: string): Promise<void> {
    this.calls.push(`terminate ${machineId}`);
  }
}

/** An API in memory. */
export class FakeKube implements KubeApi {
  public readonly configMaps = new Map<string, Record<string, string>>();
  public all: KubeNode[] = [];
  public ready = true;
  /** What it throws, whatever it is asked. */
  public broken: Error | undefined;

  public async nodes(): Promise<KubeNode[]> {
    if (this.broken) throw this.broken;
    return this.all;
  }

  public async configMap(name: string): Promise<Record<string, string> | undefined> {
    if (this.broken) throw this.broken;
    return this.configMaps.get(name);
  }

  public async patchConfigMap(name: string, data: Readonly<Record<string, string | null>>): Promise<void> {
    if (this.broken) throw this.broken;
    const all = Object.entries({ ...this.configMaps.get(name), ...data });
    this.configMaps.set(
      name,
      Object.fromEntries(all.flatMap(([key, value]) => (value === null ? [] : [[key, value]]))),
    );
  }

  public async cordon(): Promise<void> {}

  public async podsOn(): Promise<KubePod[]> {
    return [];
  }

  public async evict(): Promise<Eviction> {
    return 'evicted';
  }

  public async deleteNode(): Promise<void> {}

  public async read(): Promise<unknown> {
    return undefined;
  }

  public async patch(): Promise<void> {}

  public async readyz(): Promise<boolean> {
    return this.ready;
  }
}

/** Everything a command line can reach, and what came of it. */
export class FakeStage {
  public readonly cloud = new FakeCloud();
  public readonly kube = new FakeKube();
  public answers = false;
  public now = Date.parse('2026-03-01T12:00:00Z');
  /** What happens while a command waits; it gets how often it has waited. */
  public meanwhile: (times: number) => void = () => {};
  public out = '';
  public err = '';
  private waited = 0;

  /** Runs a command line, and returns the number it ends with. */
  public async run(...words: string[]): Promise<number> {
    this.out = '';
    this.err = '';
    return main(words, {
      out: (text) => (this.out += text),
      err: (text) => (this.err += text),
      around: ({ cluster }, say) => ({
        cluster,
        cloud: async () => this.cloud,
        kube: async () => this.kube,
        answers: async () => this.answers,
        say,
        now: () => new Date(this.now),
        pause: async (seconds) => {
          this.now += seconds * 1000;
          this.meanwhile(++this.waited);
        },
      }),
    });
  }

  /** What standard output says as one JSON object. */
  public get json(): any {
    return JSON.parse(this.out);
  }
}
