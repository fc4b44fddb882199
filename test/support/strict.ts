/** A kind, as its definition has it. */
interface Definition {
  readonly prototype: { validate(): void };
}

/** Where the definitions of a group of the API are. */
function definitionsOf(apiVersion: string): string {
  if (apiVersion.startsWith('gateway.networking.k8s.io/')) return `@kubernetes-models/gateway-api/${apiVersion}`;
  if (apiVersion.includes('.istio.io/')) return `@kubernetes-models/istio/${apiVersion}`;
  if (apiVersion.startsWith('argoproj.io/')) return `@kubernetes-models/argo-rollouts/${apiVersion}`;
  return `kubernetes-models/${apiVersion}`;
}

/** The package ends before Istio called v1beta1 v1, without a change. */
const known = (apiVersion: string) => apiVersion.replace(/(\.istio\.io\/v1)$/, '$1beta1');

/**
 * What is wrong with an object by the definition of its kind: wrong types, lacking fields, and fields that nobody knows.
 *
 * The definitions' own check lets unknown fields pass; it reads every field that it knows, so what was never read is unknown.
 */
export function faultsOf(object: KubeObject): string[] {
  if (object.kind !== 'Rollout' || !object.spec) return faultsByDefinition(object);
  // The package's pods are older than those of the controller: they are held to Kubernetes' own.
  const rest = Object.fromEntries(Object.entries(object.spec).filter(([key]) => key !== 'strategy'));
  const own = { ...object.spec, template: {} };
  return [
    ...faultsByDefinition({ ...object, apiVersion: 'apps/v1', kind: 'Deployment', spec: rest }),
    ...faultsByDefinition({ ...object, spec: own }),
  ];
}

interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec?: Readonly<Record<string, unknown>>;
}

function faultsByDefinition(object: KubeObject): string[] {
  const { kind } = object;
  const apiVersion = known(object.apiVersion);
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- which definitions are asked for is only known here
  const models = require(definitionsOf(apiVersion)) as Readonly<Record<string, Definition>>;
  const found = models[kind];
  if (!found) throw new Error(`no definition of ${apiVersion} ${kind}`);
  const log: Seen[] = [];
  const faults: string[] = [];
  const watched = watch(
    Object.assign(Object.create(found.prototype), object, { apiVersion }),
    '',
    log,
  ) as Definition['prototype'];
  try {
    watched.validate();
  } catch (error) {
    const { errors } = error as { errors?: readonly { instancePath: string; message: string }[] };
    if (!errors) throw error;
    faults.push(...errors.map(({ instancePath, message }) => `${instancePath} ${message}`));
  }
  for (const { at, value, keys, listed } of log) {
    // What is listed is a map of free names, and what is not looked into at all is free as a whole.
    if (Array.isArray(value) || listed.now || keys.size === 0) continue;
    faults.push(
      ...Object.keys(value)
        .filter((key) => !keys.has(key))
        .map((key) => `${at}/${key} is unknown`),
    );
  }
  return faults;
}

interface Seen {
  readonly at: string;
  readonly value: object;
  readonly keys: Set<string>;
  readonly listed: { now: boolean };
}

function watch(value: unknown, at: string, log: Seen[]): unknown {
  if (value === null || typeof value !== 'object') return value;
  const keys = new Set<string>();
  const listed = { now: false };
  const inner = new Map<string, unknown>();
  log.push({ at, value, keys, listed });
  return new Proxy(value, {
    get(target, key) {
      if (typeof key !== 'string') return Reflect.get(target, key) as unknown;
      keys.add(key);
      if (!Object.hasOwn(target, key)) return Reflect.get(target, key) as unknown;
      if (!inner.has(key)) inner.set(key, watch(Reflect.get(target, key), `${at}/${key}`, log));
      return inner.get(key);
    },
    ownKeys(target) {
      listed.now = true;
      return Reflect.ownKeys(target);
    },
    has(target, key) {
      if (typeof key === 'string') keys.add(key);
      return Reflect.has(target, key);
    },
  });
}
