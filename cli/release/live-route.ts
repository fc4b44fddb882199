import { Failure } from '../exits';
import type { KubeApi } from '../kube';

/** A Service and its share of the requests. */
export interface LiveShare {
  readonly service: string;
  readonly weight: number;
}

/** A route of an app as it is in the cluster. */
export interface LiveRoute {
  /** What kind of object it is. */
  readonly kind: string;
  /** The shares of the rule for all requests. */
  readonly shares: readonly LiveShare[];
  /** Sets them; fails when somebody else changed the route meanwhile. */
  set(shares: readonly LiveShare[]): Promise<void>;
}

interface Metadata {
  readonly resourceVersion: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface HttpRoute {
  readonly metadata: Metadata;
  readonly spec: {
    readonly rules: readonly { readonly backendRefs: readonly { readonly name: string; readonly weight?: number }[] }[];
  };
}

interface VirtualService {
  readonly metadata: Metadata;
  readonly spec: {
    readonly http: readonly {
      readonly route: readonly { readonly destination: { readonly host: string }; readonly weight?: number }[];
    }[];
  };
}

interface Ingress {
  readonly metadata: Metadata;
  readonly spec: {
    readonly rules: readonly {
      readonly http: {
        readonly paths: readonly { readonly backend: { readonly service: { readonly name: string } } }[];
      };
    }[];
  };
}

const CANARY_WEIGHT = 'nginx.ingress.kubernetes.io/canary-weight';

/**
 * The route of an app, of whichever router.
 *
 * @throws Failure where there is none of that name
 */
export async function liveRoute(kube: KubeApi, namespace: string, app: string): Promise<LiveRoute> {
  const found =
    (await httpRoute(kube, namespace, app)) ??
    (await virtualService(kube, namespace, app)) ??
    (await ingresses(kube, namespace, app));
  if (found) return found;
  throw new Failure(
    `there is no HTTPRoute, VirtualService or pair of Ingresses ${app} in namespace ${namespace}; are --app and --namespace right?`,
  );
}

async function httpRoute(kube: KubeApi, namespace: string, app: string): Promise<LiveRoute | undefined> {
  const path = `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes/${app}`;
  const route = (await kube.read(path)) as HttpRoute | undefined;
  const last = route?.spec.rules.at(-1);
  if (!route || !last) return undefined;
  return {
    kind: 'HTTPRoute',
    shares: last.backendRefs.map(({ name, weight = 1 }) => ({ service: name, weight })),
    set: async (shares) => {
      const backendRefs = last.backendRefs.map((ref) => ({ ...ref, weight: weightOf(shares, ref.name) }));
      const rules = [...route.spec.rules.slice(0, -1), { ...last, backendRefs }];
      await kube.patch(path, { metadata: versionOf(route), spec: { rules } });
    },
  };
}

async function virtualService(kube: KubeApi, namespace: string, app: string): Promise<LiveRoute | undefined> {
  const path = `/apis/networking.istio.io/v1/namespaces/${namespace}/virtualservices/${app}`;
  const service = (await kube.read(path)) as VirtualService | undefined;
  const last = service?.spec.http.at(-1);
  if (!service || !last) return undefined;
  return {
    kind: 'VirtualService',
    shares: last.route.map(({ destination, weight = 0 }) => ({ service: destination.host, weight })),
    set: async (shares) => {
      const route = last.route.map((one) => ({ ...one, weight: weightOf(shares, one.destination.host) }));
      const http = [...service.spec.http.slice(0, -1), { ...last, route }];
      await kube.patch(path, { metadata: versionOf(service), spec: { http } });
    },
  };
}

/** ingress-nginx: the main one, and the one beside it that bears the weight. */
async function ingresses(kube: KubeApi, namespace: string, app: string): Promise<LiveRoute | undefined> {
  const folder = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`;
  const path = `${folder}/${app}-canary`;
  const [main, beside] = (await Promise.all([kube.read(`${folder}/${app}`), kube.read(path)])) as (
    Ingress | undefined
  )[];
  if (!main || !beside) return undefined;
  const weight = Number(beside.metadata.annotations?.[CANARY_WEIGHT] ?? 0);
  const service = serviceOf(beside);
  return {
    kind: 'Ingress',
    shares: [
      { service: serviceOf(main), weight: 100 - weight },
      { service, weight },
    ],
    set: async (shares) => {
      const annotations = { [CANARY_WEIGHT]: String(weightOf(shares, service)) };
      await kube.patch(path, { metadata: { ...versionOf(beside), annotations } });
    },
  };
}

const serviceOf = ({ spec }: Ingress): string => spec.rules[0]?.http.paths[0]?.backend.service.name ?? '';

const weightOf = (shares: readonly LiveShare[], service: string): number =>
  shares.find((share) => share.service === service)?.weight ?? 0;

/** With it the API server refuses what was decided by an older version. */
const versionOf = ({ metadata }: { readonly metadata: Metadata }) => ({ resourceVersion: metadata.resourceVersion });
