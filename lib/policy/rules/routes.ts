import type { Inventory } from '../inventory';
import { ofKinds, type Rule, type Violation } from '../rule';
import type { View } from '../view';

const INGRESSES = ['networking.k8s.io/Ingress', 'extensions/Ingress'];
const ROUTES = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'].map(
  (kind) => `gateway.networking.k8s.io/${kind}`,
);

/** Where a route sends traffic. */
interface Backend {
  readonly at: View;
  readonly namespace: string;
  readonly name: string;
  /** A number or a name. */
  readonly port: string | undefined;
}

/** Rules on Ingresses and routes of the Gateway API. */
export const ROUTE_RULES: readonly Rule[] = [
  {
    id: 'route-backend',
    severity: 'error',
    title: 'An Ingress or a route leads to a Service and a port that are there',
    reason: 'A route to nowhere answers 500 or 503, for this path only, which tests of others do not find.',
    cure: 'name a Service of the namespace, and one of its ports',
    see: 'https://kubernetes.io/docs/concepts/services-networking/ingress/',
    check: (object, all) => [
      ...ofKinds(INGRESSES, ({ view, namespace }) =>
        ingressBackends(view, namespace).flatMap((one) => judge(one, all)),
      )(object, all),
      ...ofKinds(ROUTES, ({ view, namespace }) => routeBackends(view, namespace).flatMap((one) => judge(one, all)))(
        object,
        all,
      ),
    ],
  },
];

function judge({ at, namespace, name, port }: Backend, all: Inventory): Violation[] {
  if (!all.knows(namespace)) return [];
  const services = all.named('/Service', namespace, name);
  if (services.length === 0) return [{ at, message: `leads to Service ${name}, which is not there` }];
  const has = services.some(
    ({ view }) =>
      // What another name stands for has the ports of that.
      view.get('spec', 'type').text === 'ExternalName' ||
      view.get('spec', 'ports').items.some((one) => one.get('port').word === port || one.get('name').text === port),
  );
  if (port === undefined || has) return [];
  return [{ at, message: `leads to port ${port}, which Service ${name} does not have` }];
}

function ingressBackends(view: View, namespace: string): Backend[] {
  const spec = view.get('spec');
  const paths = spec.get('rules').items.flatMap((rule) => rule.get('http', 'paths').items);
  return [spec.get('defaultBackend'), spec.get('backend'), ...paths.map((path) => path.get('backend'))].flatMap(
    (at) => {
      const service = at.get('service');
      const name = service.get('name').text ?? at.get('serviceName').text;
      const port = service.get('port', 'number').word ?? service.get('port', 'name').text ?? at.get('servicePort').word;
      return name === undefined ? [] : [{ at, namespace, name, port }];
    },
  );
}

function routeBackends(view: View, namespace: string): Backend[] {
  return view
    .get('spec', 'rules')
    .items.flatMap((rule) => rule.get('backendRefs').items)
    .flatMap((at) => {
      const name = at.get('name').text;
      const isService = (at.get('kind').text ?? 'Service') === 'Service' && (at.get('group').text ?? '') === '';
      if (name === undefined || !isService) return [];
      return [{ at, namespace: at.get('namespace').text ?? namespace, name, port: at.get('port').word }];
    });
}
