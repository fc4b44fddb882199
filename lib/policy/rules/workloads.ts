import { budgetsOf } from '../inventory';
import type { Pod } from '../pods';
import { fewestReplicas, SCALED_KINDS, SCALER_KINDS, scalersOf, targetOf } from '../replicas';
import { ofKinds, type Rule } from '../rule';
import { labelSelector } from '../selector';
import type { View } from '../view';

const ZONE_OR_HOST = new Set(['topology.kubernetes.io/zone', 'kubernetes.io/hostname']);

/** Rules on how workloads live through the loss of a node or a zone. */
export const WORKLOAD_RULES: readonly Rule[] = [
  {
    id: 'replicas',
    severity: 'error',
    title: 'A workload has at least two replicas',
    reason: 'One replica is away whenever its node is drained, upgraded or lost.',
    cure: 'set replicas to 2 or more, or minReplicas where an autoscaler decides',
    see: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/',
    check: ofKinds(SCALED_KINDS, (object, all) => {
      const fewest = fewestReplicas(object, all);
      // None at all is somebody's wish.
      if (fewest?.count !== 1) return [];
      const scaled = scalersOf(object, all).length > 0;
      return [{ at: fewest.at, message: scaled ? 'its autoscaler may leave one replica' : 'has one replica' }];
    }),
  },
  {
    id: 'autoscaler-replicas',
    severity: 'warning',
    title: 'A workload that an autoscaler scales sets no replicas',
    reason: 'Every apply puts the number back, in the middle of the busy hour.',
    cure: 'take replicas away',
    see: 'https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling',
    check: ofKinds(SCALED_KINDS, (object, all) => {
      const at = object.view.get('spec', 'replicas');
      // Zero switches the autoscaler off.
      if ((at.number ?? 0) === 0 || scalersOf(object, all).length === 0) return [];
      return [{ at, message: `sets replicas ${at.number ?? ''}, which an autoscaler changes` }];
    }),
  },
  {
    id: 'autoscaler-target',
    severity: 'error',
    title: 'An autoscaler scales something that is there',
    reason: 'One that scales nothing says so only in its status, and the load finds out.',
    cure: 'name the apiVersion, kind and name of a workload of the same namespace',
    see: 'https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/',
    check: ofKinds(SCALER_KINDS, (object, all) => {
      const { kindKey, name, at } = targetOf(object);
      if (!all.knows(object.namespace) || all.named(kindKey, object.namespace, name).length > 0) return [];
      // Kinds of others may be made by others.
      if (!(SCALED_KINDS as readonly string[]).includes(kindKey)) return [];
      return [{ at, message: `scales ${kindKey.slice(kindKey.indexOf('/') + 1)} ${name || '?'}, which is not there` }];
    }),
  },
  {
    id: 'spread',
    severity: 'warning',
    title: 'Replicas are spread over zones or nodes',
    reason: 'The scheduler may put all of them on one node; two replicas there are as good as one.',
    cure: 'add topologySpreadConstraints over topology.kubernetes.io/zone whose labelSelector selects these pods',
    see: 'https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/',
    check: ofKinds(SCALED_KINDS, (object, all) =>
      all.podsOf(object).flatMap((pod) => {
        if ((fewestReplicas(object, all)?.count ?? 0) < 2) return [];
        const terms = spreadTerms(pod);
        if (terms.some((term) => labelSelector(term).fits(pod.labels))) return [];
        const at = pod.spec.get('topologySpreadConstraints');
        return [
          {
            at,
            message:
              terms.length === 0
                ? 'is not spread over zones or nodes'
                : 'is spread by labels that its pods do not have',
          },
        ];
      }),
    ),
  },
  {
    id: 'disruption-budget',
    severity: 'warning',
    title: 'A PodDisruptionBudget covers workloads of several replicas',
    reason: 'Without one, two drains at once may take every replica.',
    cure: 'add a PodDisruptionBudget with maxUnavailable: 1 that selects the pods',
    see: 'https://kubernetes.io/docs/tasks/run-application/configure-pdb/',
    check: ofKinds(SCALED_KINDS, (object, all) =>
      all
        .podsOf(object)
        .filter((pod) => (fewestReplicas(object, all)?.count ?? 0) > 1 && budgetsOf(pod, all).length === 0)
        .map(() => ({ at: object.view.get('spec', 'template'), message: 'is covered by no PodDisruptionBudget' })),
    ),
  },
  {
    id: 'workload-selector',
    severity: 'error',
    title: 'A workload selects the pods that it makes',
    reason: 'The API server refuses one that does not.',
    cure: 'give the template the labels of the selector',
    see: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector',
    check: ofKinds([...SCALED_KINDS, 'apps/DaemonSet', 'apps/ReplicaSet'], (object, all) => {
      const at = object.view.get('spec', 'selector');
      return all
        .podsOf(object)
        .filter(({ labels }) => at.given && !labelSelector(at).fits(labels))
        .map(() => ({ at, message: 'selects labels that its own pods do not have' }));
    }),
  },
  {
    id: 'bare-pod',
    severity: 'warning',
    title: 'Pods are made by a workload',
    reason: 'Nobody starts a bare pod anew when its node goes.',
    cure: 'use a Deployment, StatefulSet, DaemonSet or Job',
    see: 'https://kubernetes.io/docs/concepts/workloads/pods/#working-with-pods',
    check: ofKinds(['/Pod'], ({ view }) =>
      view.get('metadata', 'ownerReferences').size > 0 ? [] : [{ at: view, message: 'is made by no workload' }],
    ),
  },
];

/** Selectors by which replicas stay apart, over zones or nodes. */
function spreadTerms({ spec }: Pod): View[] {
  const anti = spec.get('affinity', 'podAntiAffinity');
  const terms = [
    ...spec.get('topologySpreadConstraints').items,
    ...anti.get('requiredDuringSchedulingIgnoredDuringExecution').items,
    ...anti.get('preferredDuringSchedulingIgnoredDuringExecution').items.map((one) => one.get('podAffinityTerm')),
  ];
  return terms
    .filter((term) => ZONE_OR_HOST.has(term.get('topologyKey').text ?? ''))
    .map((term) => term.get('labelSelector'))
    .filter(({ given }) => given);
}
