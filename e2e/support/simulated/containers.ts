/**
 * tsx containers.ts: the kubelets and containers of pods on simulated nodes, as far as requests can tell.
 *
 * Each pod gets an HTTP server at its own address, and is ready from then on. When it is to end, its server goes on for as long as its
 * `preStop` sleeps, then takes no more connections, finishes what it has, and the pod is gone. A pod that is to end by itself, such as
 * a Job's, has succeeded at once. The pods of a node without power (label `simulated/power`) are silent. An image called `ill` never
 * is ready.
 */
import { spawnSync } from 'node:child_process';
import http from 'node:http';
import { Api } from './api';

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly restartPolicy: string;
    readonly containers: readonly [
      {
        readonly name: string;
        readonly image: string;
        readonly ports?: readonly { readonly containerPort: number }[];
        readonly lifecycle?: { readonly preStop?: { readonly sleep?: { readonly seconds: number } } };
      },
    ];
  };
  readonly status: { readonly podIP?: string; readonly phase?: string };
}

interface Node {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

const ANSWER_MS = 5;
const power = new Map<string, boolean>();
const containers = new Map<string, Container>();

class Container {
  private readonly server = http.createServer({ keepAliveTimeout: 65_000 }, (_, answer) => {
    setTimeout(() => {
      const { name } = this.pod.metadata;
      const version = this.pod.spec.containers[0].image.split(':').at(-1) ?? '';
      if (!this.server.listening) answer.setHeader('connection', 'close');
      answer.writeHead(200, { 'x-version': version, 'x-pod': name }).end(`${name}\n`);
    }, ANSWER_MS);
  });
  private ending = false;
  private dark = false;
  private late: Pod | undefined;

  constructor(
    private readonly api: Api,
    private readonly pod: Pod,
  ) {
    const { spec, status } = pod;
    const [{ ports = [] }] = spec.containers;
    if (spec.restartPolicy !== 'Always') {
      void this.tell({ phase: 'Succeeded' }, { terminated: { exitCode: 0, reason: 'Completed' } });
      return;
    }
    this.server.on('error', (error) => {
      console.error(pod.metadata.name, error.message);
    });
    this.server.listen(ports[0]?.containerPort ?? 8080, status.podIP, () => {
      void this.isReady();
    });
  }

  public get node(): string {
    return this.pod.spec.nodeName ?? '';
  }

  /** What a kubelet does with a pod that is to end. */
  public end({ metadata, spec }: Pod): void {
    if (this.ending) return;
    if (this.dark) {
      // Nobody there hears of it before the host starts again.
      this.late = { metadata, spec, status: this.pod.status };
      return;
    }
    this.ending = true;
    const grace = (metadata.deletionGracePeriodSeconds ?? 30) * 1000;
    const pause = (spec.containers[0].lifecycle?.preStop?.sleep?.seconds ?? 0) * 1000;
    const force = setTimeout(() => {
      this.server.closeAllConnections();
    }, grace);
    setTimeout(
      () => {
        // Idle connections are closed with it; who waits for an answer gets it.
        this.server.close(() => {
          clearTimeout(force);
          void remove(this.api, metadata);
        });
      },
      Math.min(pause, grace),
    );
  }

  /** The pod is known to nobody any more. */
  public gone(): void {
    this.server.close();
    this.server.closeAllConnections();
    if (this.dark) this.silence('del');
  }

  public losePower(): void {
    if (this.dark) return;
    this.dark = true;
    this.silence('add');
  }

  /** The host has started again: whatever was connected is not any more. */
  public getPower(): void {
    if (!this.dark) return;
    this.dark = false;
    this.silence('del');
    this.server.closeAllConnections();
    if (this.late) this.end(this.late);
    else void this.isReady();
  }

  private isReady(): Promise<void> {
    if (this.pod.spec.containers[0].image.includes('/ill:')) return Promise.resolve();
    const startedAt = new Date().toISOString();
    const conditions = ['Ready', 'ContainersReady'].map((type) => ({
      type,
      status: 'True',
      lastTransitionTime: startedAt,
    }));
    return this.tell({ conditions }, { running: { startedAt } });
  }

  private async tell(status: object, state: object): Promise<void> {
    const { name, namespace, uid } = this.pod.metadata;
    const [{ name: container, image }] = this.pod.spec.containers;
    const ready = 'running' in state;
    const containerStatuses = [{ name: container, image, imageID: '', ready, started: ready, restartCount: 0, state }];
    const [code, text] = await this.api.send(
      'PATCH',
      `/api/v1/namespaces/${namespace}/pods/${name}/status`,
      { metadata: { uid }, status: { ...status, containerStatuses } },
      'application/strategic-merge-patch+json',
    );
    if (code !== 200 && code !== 404) console.error(name, code, text);
  }

  private silence(verb: 'add' | 'del'): void {
    const address = `${this.pod.status.podIP ?? ''}/32`;
    const source = verb === 'add' ? ['src', '10.99.255.1'] : [];
    spawnSync('ip', ['route', verb, address, 'dev', 'dead', 'table', 'local', ...source]);
  }
}

/** Nothing of a pod is left: its kubelet says so. */
async function remove(api: Api, { name, namespace, uid }: Pod['metadata']): Promise<void> {
  const body = { gracePeriodSeconds: 0, preconditions: { uid } };
  const [code, text] = await api.send('DELETE', `/api/v1/namespaces/${namespace}/pods/${name}`, body);
  if (code >= 300 && code !== 404 && code !== 409) console.error(name, code, text);
}

function onPod(api: Api, pod: Pod): void {
  const { uid, deletionTimestamp } = pod.metadata;
  const known = containers.get(uid);
  const powered = power.get(pod.spec.nodeName ?? '') === true;
  const begun = pod.status.podIP !== undefined && pod.status.phase === 'Running';
  if (deletionTimestamp === undefined) {
    if (!known && powered && begun) containers.set(uid, new Container(api, pod));
  } else if (known) known.end(pod);
  // What never began has nothing to end.
  else if (powered) void remove(api, pod.metadata);
}

function forget(uid: string): void {
  containers.get(uid)?.gone();
  containers.delete(uid);
}

async function main(): Promise<void> {
  const api = await Api.open(process.env.KUBECONFIG ?? '');
  void api.follow<Node>('/api/v1/nodes', (change) => {
    for (const { metadata } of change.type === 'LIST' ? change.items : [change.object])
      power.set(metadata.name, change.type !== 'DELETED' && metadata.labels?.['simulated/power'] === 'on');
    for (const container of containers.values()) {
      if (power.get(container.node) === true) container.getPower();
      else container.losePower();
    }
  });
  while (power.size === 0) await new Promise((done) => setTimeout(done, 100));
  await api.follow<Pod>('/api/v1/pods', (change) => {
    if (change.type === 'DELETED') {
      forget(change.object.metadata.uid);
      return;
    }
    if (change.type === 'LIST') {
      const alive = new Set(change.items.map(({ metadata }) => metadata.uid));
      for (const uid of containers.keys()) if (!alive.has(uid)) forget(uid);
    }
    for (const pod of change.type === 'LIST' ? change.items : [change.object]) onPod(api, pod);
  });
}

void main();
