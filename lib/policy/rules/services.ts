import { ofKinds, type Rule } from '../rule';
import { leadsOf } from '../service-ports';

const SEE = 'https://kubernetes.io/docs/concepts/services-networking/service/';
const SERVICE = ['/Service'];

/** Rules on Services. */
export const SERVICE_RULES: readonly Rule[] = [
  {
    id: 'node-port',
    severity: 'error',
    title: 'No Service is of type NodePort',
    reason: 'It opens a port on every node, past the gateway, its TLS and its limits.',
    cure: 'use ClusterIP behind a gateway or an Ingress, or type LoadBalancer',
    see: `${SEE}#type-nodeport`,
    check: ofKinds(SERVICE, ({ view }) => {
      const at = view.get('spec', 'type');
      return at.value === 'NodePort' ? [{ at, message: 'opens a port on every node' }] : [];
    }),
  },
  {
    id: 'load-balancer',
    severity: 'warning',
    title: 'A load balancer of its own says who may reach it',
    reason: 'Without loadBalancerSourceRanges the balancer takes traffic from everywhere.',
    cure: 'name loadBalancerSourceRanges, or share a gateway; waive it for the gateway that is meant for everybody',
    see: `${SEE}#loadbalancer`,
    check: ofKinds(SERVICE, ({ view }) => {
      const at = view.get('spec', 'type');
      if (at.value !== 'LoadBalancer' || view.get('spec', 'loadBalancerSourceRanges').size > 0) return [];
      return [{ at, message: 'has a load balancer that takes traffic from everywhere' }];
    }),
  },
  {
    id: 'external-ips',
    severity: 'error',
    title: 'No Service has externalIPs',
    reason: 'Whoever writes one draws traffic for that address to own pods (CVE-2020-8554).',
    cure: 'take externalIPs away, and use type LoadBalancer',
    see: `${SEE}#external-ips`,
    check: ofKinds(SERVICE, ({ view }) => {
      const at = view.get('spec', 'externalIPs');
      return at.size > 0 ? [{ at, message: `draws traffic for ${at.texts.join(', ')}` }] : [];
    }),
  },
  {
    id: 'service-selector',
    severity: 'error',
    title: 'A Service selects some pods',
    reason: 'Without pods behind it every request fails.',
    cure: 'make spec.selector fit the labels of the pods',
    see: SEE,
    check: ofKinds(SERVICE, (object, all) => {
      const at = object.view.get('spec', 'selector');
      if (at.size === 0 || all.podsIn(object.namespace).length === 0 || all.selectedBy(object).length > 0) return [];
      const labels = [...at.labels].map(([key, value]) => `${key}=${value}`).sort();
      return [{ at, message: `selects ${labels.join(',')}, which no pod of its namespace has` }];
    }),
  },
  {
    id: 'service-port',
    severity: 'error',
    title: 'A Service sends traffic to a port that its pods have',
    reason: 'A name that no container has gives no endpoint; a number that none has is refused there.',
    cure: 'name a port of the container in targetPort, with the same protocol',
    see: `${SEE}#field-spec-ports`,
    check: ofKinds(SERVICE, (object, all) => {
      const found = new Map<string, { at: ReturnType<typeof object.view.get>; message: string }>();
      for (const pod of all.selectedBy(object)) {
        for (const { port, target, missing } of leadsOf(object.view, pod)) {
          const at = port.get('targetPort');
          const message = `sends traffic to port ${target}, which no container of ${pod.owner.kind} ${pod.owner.name} has`;
          if (missing) found.set(`${at.pointer} ${message}`, { at, message });
        }
      }
      return [...found.values()];
    }),
  },
];
