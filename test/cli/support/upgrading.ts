import type { CloudSession, MachineGroup } from '../../../cli/cloud';
import type { KubeApi, KubeNode, KubePod } from '../../../cli/kube';
import type { Surroundings } from '../../../cli/surroundings';

interface Machine {
  id: string;
  group: string;
  zone: string;
  template: string;
  version: string;
  cordoned: boolean;
  /** When its Node is Ready, in seconds of the simulated clock. */
  ready: number;
}

/** A cluster in memory whose groups replace what is ended; the clock goes on only when somebody waits. */
export class Simulation implements CloudSession, KubeApi {
  public readonly said: string[] = [];
  /** What was done to it, in order. */
  public readonly deeds: string[] = [];
  public readonly configMaps: Record<string, Record<string, string>> = {};
  public machines: Machine[] = [];
  public pods: Record<string, KubePod[]> = {};
  /** Pods that no budget lets go. */
  public readonly held = new Set<string>();
  public wanted: string | undefined = '1.36.3';
  public template = '2';
  public secondsToJoin = 40;
  public leader = 'a';
  /** Called at every pause. */
  public whilePaused: () => void = () => undefined;
  public seconds = 0;
  private made = 0;
  private readonly strays: KubeNode[] = [];

  constructor({ version = '1.35.4', workers = 3 } = {}) {
    for (const zone of ['a', 'b', 'c']) this.start(`control-plane-${zone}`, zone, '1', version, 0);
    for (let n = 0; n < workers; n += 1) this.start('general', 'abc'.charAt(n % 3), '1', version, 0);
  }

  public get around(): Surroundings {
    return {
      cluster: 'shop',
      cloud: () => Promise.resolve(this),
      kube: () => Promise.resolve(this),
      answers: () => Promise.resolve(true),
      say: (line) => this.said.push(line),
      now: () => new Date(Date.UTC(2026, 0, 1) + this.seconds * 1000),
      pause: (seconds) => {
        this.seconds += seconds;
        this.whilePaused();
        return Promise.resolve();
      },
    };
  }

  public start(group: string, zone: string, template: string, version: string, ready: number): void {
    this.made += 1;
    const machine = { id: `i-${this.made}`, group, zone, template, version, cordoned: false, ready };
    this.machines.push(machine);
  }

  public current() {
    return Promise.resolve({ uid: 'u', endpoint: 'api:6443', kubernetesVersion: this.wanted });
  }

  public groups(): Promise<MachineGroup[]> {
    const names = [...new Set(this.machines.map(({ group }) => group))].sort();
    return Promise.resolve(
      names.map((name) => {
        const worker = name === 'general';
        const own = this.machines.filter(({ group }) => group === name);
        return {
          name,
          role: worker ? 'worker' : 'control-plane',
          ...(worker ? { pool: 'general' } : {}),
          zones: worker ? ['a', 'b', 'c'] : [name.slice(-1)],
          min: 1,
          max: 9,
          desired: worker ? own.length : 1,
          template: { id: worker ? 'lt-w' : 'lt-c', latestVersion: this.template },
          machines: own.map(({ id, zone, template }) => ({ id, zone, state: 'InService', templateVersion: template })),
        };
      }),
    );
  }

  public nodes(): Promise<KubeNode[]> {
    const joined = this.machines.filter(({ ready }) => ready <= this.seconds);
    return Promise.resolve([
      ...this.strays,
      ...joined.map(({ id, group, zone, version, cordoned }) => ({
        name: `node-${id}`,
        role: group === 'general' ? ('worker' as const) : ('control-plane' as const),
        ready: true,
        cordoned,
        version: `v${version}`,
        zone,
        machineId: id,
        addresses: [],
      })),
    ]);
  }

  public configMap(name: string) {
    return Promise.resolve(name === 'hacluster-status' ? this.status() : this.configMaps[name]);
  }

  public patchConfigMap(name: string, data: Readonly<Record<string, string | null>>) {
    const map = (this.configMaps[name] ??= {});
    for (const [key, value] of Object.entries(data)) {
      if (value === null) Reflect.deleteProperty(map, key);
      else map[key] = value;
    }
    return Promise.resolve();
  }

  public cordon(node: string, yes: boolean) {
    this.deeds.push(`${yes ? 'cordon' : 'uncordon'} ${node}`);
    for (const machine of this.machines) if (`node-${machine.id}` === node) machine.cordoned = yes;
    return Promise.resolve();
  }

  public podsOn(node: string) {
    return Promise.resolve(this.pods[node] ?? []);
  }

  public evict(pod: KubePod) {
    if (this.held.has(pod.name)) return Promise.resolve('refused' as const);
    for (const node of Object.keys(this.pods)) this.pods[node] = (this.pods[node] ?? []).filter((one) => one !== pod);
    this.deeds.push(`evict ${pod.name}`);
    return Promise.resolve('evicted' as const);
  }

  public deleteNode(name: string) {
    this.deeds.push(`delete ${name}`);
    return Promise.resolve();
  }

  public terminate(id: string) {
    this.deeds.push(`terminate ${id}`);
    const gone = this.machines.find((machine) => machine.id === id);
    if (!gone) throw new Error(`no machine ${id}`);
    this.machines = this.machines.filter((machine) => machine !== gone);
    const { group, zone, version } = gone;
    this.strays.push({
      name: `node-${id}`,
      role: 'worker',
      ready: false,
      cordoned: true,
      version: `v${version}`,
      zone,
      machineId: id,
      addresses: [],
    });
    this.start(group, zone, this.template, this.wanted ?? version, this.seconds + this.secondsToJoin);
    return Promise.resolve();
  }

  public read() {
    return Promise.resolve(undefined);
  }

  public patch() {
    return Promise.resolve();
  }

  public readyz() {
    return Promise.resolve(true);
  }

  public readSecret() {
    return Promise.resolve(undefined);
  }

  public createSecret() {
    return Promise.resolve();
  }

  public writeSecret() {
    return Promise.resolve();
  }

  public deleteSecrets() {
    return Promise.resolve();
  }

  /** Every control plane that has joined sees all that have. */
  private status(): Record<string, string> {
    const joined = this.machines.filter(({ group, ready }) => group !== 'general' && ready <= this.seconds);
    const members = joined.map(({ id }) => ({ name: `node-${id}`, id, healthy: true, learner: false }));
    return Object.fromEntries(
      joined.map(({ id, zone }) => [
        `node-${id}`,
        JSON.stringify({ at: this.around.now().toISOString(), etcd: { leader: zone === this.leader, members } }),
      ]),
    );
  }
}
