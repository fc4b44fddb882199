import type { Inventory } from '../inventory';
import type { Container, Pod } from '../pods';
import { ofContainers, type Rule } from '../rule';

const SEE = 'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/';

/** Rules on what containers ask of a node. */
export const RESOURCE_RULES: readonly Rule[] = [
  {
    id: 'resource-requests',
    severity: 'error',
    title: 'Every container requests CPU and memory',
    reason:
      'The scheduler packs nodes by requests: without them a node takes pods until all of them starve, and these are ended first.',
    cure: 'set resources.requests.cpu and resources.requests.memory to what it needs in a busy hour',
    see: SEE,
    check: ofContainers((container, pod, all) => {
      if (container.role === 'ephemeral') return [];
      const lacking = ['cpu', 'memory'].filter((resource) => !requested(container, pod, resource, all));
      if (lacking.length === 0) return [];
      const at = container.view.get('resources', 'requests');
      return [{ at, message: `container ${container.name}: requests no ${lacking.join(' and no ')}` }];
    }),
  },
  {
    id: 'memory-limit',
    severity: 'error',
    title: 'Every container has a memory limit',
    reason: 'A leak takes the whole node with it, and the kernel chooses which of its pods die.',
    cure: 'set resources.limits.memory; equal to the request is the safest',
    see: SEE,
    check: ofContainers((container, pod, all) => {
      if (container.role === 'ephemeral' || limited(container, pod, 'memory', all)) return [];
      return [
        { at: container.view.get('resources', 'limits'), message: `container ${container.name}: has no memory limit` },
      ];
    }),
  },
];

/** A limit without a request is the request, too. */
function requested({ view }: Container, { spec, owner }: Pod, resource: string, all: Inventory): boolean {
  return (
    [view, spec].some(
      (one) => one.get('resources', 'requests', resource).given || one.get('resources', 'limits', resource).given,
    ) || defaulted(owner.namespace, ['defaultRequest', 'default'], resource, all)
  );
}

function limited({ view }: Container, { spec, owner }: Pod, resource: string, all: Inventory): boolean {
  return (
    [view, spec].some((one) => one.get('resources', 'limits', resource).given) ||
    defaulted(owner.namespace, ['default'], resource, all)
  );
}

/** Whether a LimitRange of the namespace fills it in. */
function defaulted(namespace: string, fields: readonly string[], resource: string, all: Inventory): boolean {
  return all
    .ofKind('/LimitRange', namespace)
    .flatMap(({ view }) => view.get('spec', 'limits').items)
    .some(
      (limit) => limit.get('type').text === 'Container' && fields.some((field) => limit.get(field, resource).given),
    );
}
