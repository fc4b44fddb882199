import { Chart, App as Cdk8s } from 'cdk8s';
import { run, type ReleaseOptions } from '../../cli/commands/release';
import { EXITS, Failure } from '../../cli/exits';
import type { KubeApi } from '../../cli/kube';
import type { Surroundings } from '../../cli/surroundings';
import { BlueGreenApp, GatewayApiRouter, IstioRouter, NginxIngressRouter, type Router } from '../../lib';

const routers: Record<string, Router> = {
  HTTPRoute: new GatewayApiRouter(),
  VirtualService: new IstioRouter(),
  Ingress: new NginxIngressRouter(),
};

/** A cluster that holds what the library emits; pods are ready some seconds after they are asked for. */
class Cluster {
  public readonly objects = new Map<string, any>();
  public readonly said: string[] = [];
  public readonly shares: number[] = [];
  public seconds = 0;
  public answer: (seconds: number) => { status: number; body?: string } = () => ({ status: 200 });
  public secondsToReady = 0;
  private readonly waiting = new Map<string, number>();

  constructor(kind = 'HTTPRoute', autoscale = false) {
    const chart = new Chart(new Cdk8s(), 'chart', { namespace: 'shop' });
    new BlueGreenApp(chart, 'Web', {
      blue: { image: 'x:1' },
      green: { image: 'x:2' },
      active: 'blue',
      host: 'shop.example',
      router: routers[kind],
      ...(autoscale ? { autoscale: { max: 6 } } : { replicas: 3 }),
    });
    for (const object of chart.toJson()) this.add(object);
    for (const name of ['web-blue', 'web-green']) this.settle(name, autoscale ? 2 : 3);
  }

  public get around(): Surroundings {
    const kube = {
      read: (path: string) => Promise.resolve(this.objects.get(path)),
      patch: (path: string, body: any) => {
        this.patch(path, body);
        return Promise.resolve();
      },
    } as unknown as KubeApi;
    return {
      cluster: 'shop',
      cloud: () => Promise.reject(new Error('not asked')),
      kube: () => Promise.resolve(kube),
      answers: () => Promise.resolve(true),
      say: (line) => this.said.push(line),
      now: () => new Date(this.seconds * 1000),
      pause: (seconds) => {
        this.seconds += seconds;
        for (const [name, at] of this.waiting)
          if (at <= this.seconds) this.settle(name, this.deployment(name).spec.replicas);
        return Promise.resolve();
      },
    };
  }

  public deployment(name: string): any {
    return this.objects.get(`/apis/apps/v1/namespaces/shop/deployments/${name}`);
  }

  public settle(name: string, replicas: number, ready = replicas): void {
    const deployment = this.deployment(name);
    deployment.metadata.generation = 1;
    deployment.spec.replicas = replicas;
    deployment.status = { observedGeneration: 1, updatedReplicas: replicas, readyReplicas: ready };
    this.waiting.delete(name);
  }

  private add(object: any): void {
    const [group, version = 'v1'] = object.apiVersion.split('/');
    const plural = `${object.kind.toLowerCase()}${object.kind === 'Ingress' ? 'es' : 's'}`;
    this.objects.set(`/apis/${group}/${version}/namespaces/shop/${plural}/${object.metadata.name}`, object);
    object.metadata.resourceVersion = '1';
  }

  private patch(path: string, body: any): void {
    const object = this.objects.get(path);
    if (body.metadata?.resourceVersion) expect(body.metadata.resourceVersion).toBe(object.metadata.resourceVersion);
    object.spec = { ...object.spec, ...body.spec };
    object.metadata.annotations = { ...object.metadata.annotations, ...body.metadata?.annotations };
    object.metadata.resourceVersion = `${String(object.metadata.resourceVersion)}x`;
    const name = path.split('/').at(-1)!;
    if (path.includes('horizontalpodautoscalers')) this.deployment(name).spec.replicas = body.spec.minReplicas;
    if (body.spec?.replicas || body.spec?.minReplicas) this.waiting.set(name, this.seconds + this.secondsToReady);
    if (/routes|virtual|ingress/.test(path)) this.shares.push(this.green(object));
  }

  private green(object: any): number {
    const nginx = object.metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight'];
    if (nginx !== undefined) return Number(nginx);
    const shares = object.spec.rules?.at(-1).backendRefs ?? object.spec.http.at(-1).route;
    return shares.find((share: any) => (share.name ?? share.destination.host) === 'web-green').weight;
  }
}

const options: ReleaseOptions = {
  cluster: 'shop',
  namespace: 'shop',
  app: 'web',
  to: 'green',
  steps: '10,50,100',
  hold: 60,
  readyMinutes: 10,
  yes: true,
};
const release = (there: Cluster, more: Partial<ReleaseOptions> = {}) =>
  run(there.around, {
    ...options,
    fetch: () => {
      const { status, body = '' } = there.answer(there.seconds);
      return Promise.resolve({ status, text: () => Promise.resolve(body) });
    },
    ...more,
  });
const failure = async (act: () => Promise<unknown>): Promise<Failure> => {
  try {
    await act();
  } catch (error) {
    return error as Failure;
  }
  return new Failure('nothing is thrown');
};

test.each(Object.keys(routers))('moves requests step by step (%s)', async (kind) => {
  const there = new Cluster(kind);
  const { lines, json } = await release(there);
  expect(there.shares).toEqual([10, 50, 100]);
  expect(there.seconds).toBe(180);
  expect(lines).toEqual([
    'web-green has 100 % of the requests',
    "put active: 'green' into the program before the next deploy",
  ]);
  expect(json).toMatchObject({ from: 'web-blue', to: 'web-green', router: kind, before: 0, weight: 100 });
});

test('without a yes it says what it would do', async () => {
  const there = new Cluster();
  const { lines, exit } = await release(there, { yes: false });
  expect(lines).toEqual([
    'web-green has 0 % of the requests (HTTPRoute shop/web); steps: 10, 50, 100 %',
    'nothing was touched; --yes does it',
  ]);
  expect(exit).toBe(EXITS.USAGE);
  expect(there.shares).toEqual([]);
});

test('goes on from the share that there is, and says so when there is nothing to do', async () => {
  const there = new Cluster();
  await release(there, { steps: '50' });
  await release(there);
  expect(there.shares).toEqual([50, 100]);
  expect((await release(there)).lines).toEqual(['web-green has 100 % of the requests already']);
});

test('goes back to where it began when the probe fails', async () => {
  const there = new Cluster();
  there.answer = (seconds) => ({ status: seconds < 90 ? 204 : 503 });
  const { message, exit, details } = await failure(() => release(there, { probe: 'https://shop.example/healthz' }));
  expect(message).toBe('at 50 %: https://shop.example/healthz answered 503; web-green is back at 0 %');
  expect(exit).toBe(EXITS.FAILED);
  expect(details).toMatchObject({ weight: 0 });
  expect(there.shares).toEqual([10, 50, 0]);
});

test.each([
  [
    '{"data":{"result":[{"value":[0,"0.2"]}]}}',
    'at 10 %: the query says 0.2, more than 0.01; web-green is back at 0 %',
  ],
  ['{"data":{"result":[]}}', 'at 10 %: the query has no value; web-green is back at 0 %'],
  [
    'oops',
    'at 10 %: Prometheus does not answer (Unexpected token \'o\', "oops" is not valid JSON); web-green is back at 0 %',
  ],
])('goes back when Prometheus says %s', async (body, message) => {
  const there = new Cluster();
  there.answer = () => ({ status: 200, body });
  const asked = { prometheus: 'http://prometheus:9090/', query: 'sum(rate(errors[1m]))', max: 0.01 };
  expect((await failure(() => release(there, asked))).message).toBe(message);
});

test('stays where Prometheus is content', async () => {
  const there = new Cluster();
  there.answer = () => ({ status: 200, body: '{"data":{"result":[{"value":[0,"0"]}]}}' });
  await release(there, { prometheus: 'http://prometheus:9090', query: 'up', max: 0.01 });
  expect(there.shares).toEqual([10, 50, 100]);
});

test.each([
  [false, 5],
  [true, 5],
])('the version is raised to what the other has, by its autoscaler: %s', async (autoscale, pods) => {
  const there = new Cluster('HTTPRoute', autoscale);
  there.settle('web-blue', pods);
  there.secondsToReady = 20;
  await release(there);
  expect(there.said).toContain(`web-green is raised to ${pods} pods`);
  expect(there.deployment('web-green').status.readyReplicas).toBe(pods);
  expect(there.seconds).toBe(200);
});

test('a version that cannot be raised so far is refused', async () => {
  const there = new Cluster('HTTPRoute', true);
  there.settle('web-blue', 9);
  expect((await failure(() => release(there))).message).toBe(
    'web-green may have 6 pods at most, fewer than the 9 of the version it is to take over from; raise autoscale.max',
  );
});

test('no request is moved to pods that do not get ready', async () => {
  const there = new Cluster();
  there.settle('web-green', 3, 1);
  expect((await failure(() => release(there))).message).toBe(
    'web-green has 1 of 3 pods ready after 10 minutes; no request was moved',
  );
  expect(there.shares).toEqual([]);
});

test('goes back when pods fall ill on the way', async () => {
  const there = new Cluster();
  there.answer = (seconds) => {
    if (seconds === 70) there.settle('web-green', 3, 2);
    return { status: 200 };
  };
  const probe = 'https://shop.example/';
  expect((await failure(() => release(there, { probe }))).message).toBe(
    'at 50 %: web-green has 2 of 3 pods ready; web-green is back at 0 %',
  );
});

test.each<[Partial<ReleaseOptions>, string]>([
  [
    { app: 'shop' },
    'there is no HTTPRoute, VirtualService or pair of Ingresses shop in namespace shop; are --app and --namespace right?',
  ],
  [{ to: 'red' }, '--to must be a version that the HTTPRoute sends to, got web-red; it sends to web-blue, web-green'],
  [{ steps: '50,10' }, '--steps must be whole percents that rise, got 50,10; write them as 10,50,100'],
  [{ steps: '101' }, '--steps must be whole percents that rise, got 101; write them as 10,50,100'],
  [{ query: 'up' }, '--prometheus, --query and --max belong together; give all three or none'],
])('refuses %j', async (more, message) => {
  expect((await failure(() => release(new Cluster(), more))).message).toBe(message);
});
