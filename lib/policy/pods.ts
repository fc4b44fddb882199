import type { KubeObject } from './kube-object';
import type { View } from './view';

/** What a container is for. A sidecar is an init container that goes on. */
export type ContainerRole = 'main' | 'init' | 'sidecar' | 'ephemeral';

/** A container of a pod. */
export interface Container {
  /** Its place in the object. */
  readonly view: View;
  /** Its name, or its place among its like. */
  readonly name: string;
  /** What it is for. */
  readonly role: ContainerRole;
}

/** A pod as some object describes it. */
export interface Pod {
  /** The object. */
  readonly owner: KubeObject;
  /** The pod's own metadata. */
  readonly metadata: View;
  /** The pod's spec. */
  readonly spec: View;
  /** The pod's labels. */
  readonly labels: ReadonlyMap<string, string>;
  /** Whether it comes to an end of its own. */
  readonly ends: boolean;
  /** Every container, of each role. */
  readonly containers: readonly Container[];
}

/** Where kinds keep the pod they make. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  '/Pod': [],
  '/PodTemplate': ['template'],
  '/ReplicationController': ['spec', 'template'],
  'apps/DaemonSet': ['spec', 'template'],
  'apps/Deployment': ['spec', 'template'],
  'apps/ReplicaSet': ['spec', 'template'],
  'apps/StatefulSet': ['spec', 'template'],
  'argoproj.io/Rollout': ['spec', 'template'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
  'batch/Job': ['spec', 'template'],
  // Only clusters before 1.16 served these; whoever has such files has them checked.
  'extensions/DaemonSet': ['spec', 'template'],
  'extensions/Deployment': ['spec', 'template'],
  'extensions/ReplicaSet': ['spec', 'template'],
};

const LISTS = [
  ['containers', 'main'],
  ['initContainers', 'init'],
  ['ephemeralContainers', 'ephemeral'],
] as const;

/** The pods that an object describes: one or none. */
export function podsOf(owner: KubeObject): Pod[] {
  const place = PLACES[owner.kindKey];
  const template = place && owner.view.get(...place);
  const spec = template?.get('spec');
  if (!template || !spec?.given) return [];
  const metadata = template.get('metadata');
  return [
    {
      owner,
      metadata,
      spec,
      labels: metadata.get('labels').labels,
      ends: owner.group === 'batch' || ['OnFailure', 'Never'].includes(spec.get('restartPolicy').text ?? ''),
      containers: containersOf(spec),
    },
  ];
}

/** Those that run as long as the pod does. */
export function lastingContainers({ containers }: Pod): Container[] {
  return containers.filter(({ role }) => role === 'main' || role === 'sidecar');
}

function containersOf(spec: View): Container[] {
  return LISTS.flatMap(([list, role]) =>
    spec.get(list).items.map((view, index) => ({
      view,
      name: view.get('name').text ?? `${list}[${index}]`,
      role: role === 'init' && view.get('restartPolicy').text === 'Always' ? 'sidecar' : role,
    })),
  );
}
