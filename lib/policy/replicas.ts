import { derived, identity, push, type Inventory } from './inventory';
import type { KubeObject } from './kube-object';
import type { View } from './view';

/** Kinds that keep a number of equal pods, as `group/kind`. */
export const SCALED_KINDS = ['apps/Deployment', 'apps/StatefulSet', 'argoproj.io/Rollout'] as const;

/** Where each kind of scaler says how few pods it leaves, and how few that are if it does not. */
const SCALERS = {
  'autoscaling/HorizontalPodAutoscaler': { field: 'minReplicas', otherwise: 1 },
  'keda.sh/ScaledObject': { field: 'minReplicaCount', otherwise: 0 },
} as const;

/** Kinds that change how many pods a workload has. */
export const SCALER_KINDS = Object.keys(SCALERS) as (keyof typeof SCALERS)[];

/** How few pods a workload has when all is well, and where that is said; nothing where it cannot be known. */
export function fewestReplicas(
  object: KubeObject,
  all: Inventory,
): { readonly count: number; readonly at: View } | undefined {
  const own = object.view.get('spec', 'replicas');
  const scaled = scalersOf(object, all).map(({ kindKey, view }) => {
    const { field, otherwise } = SCALERS[kindKey as keyof typeof SCALERS];
    return numberAt(view.get('spec', field), otherwise);
  });
  const counts = scaled.length === 0 ? [numberAt(own, 1)] : scaled;
  const known = counts.filter((one) => one !== undefined);
  return known.length < counts.length ? undefined : { count: Math.min(...known), at: own };
}

/** Who scales a workload. */
export function scalersOf({ group, kind, namespace, name }: KubeObject, all: Inventory): readonly KubeObject[] {
  return scalers(all).get(identity(`${group}/${kind}`, namespace, name)) ?? [];
}

/** What a scaler scales: its `group/kind` and name. */
export function targetOf({ view }: KubeObject): { readonly kindKey: string; readonly name: string; readonly at: View } {
  const at = view.get('spec', 'scaleTargetRef');
  const apiVersion = at.get('apiVersion').text ?? 'apps/v1';
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return { kindKey: `${group}/${at.get('kind').text ?? 'Deployment'}`, name: at.get('name').text ?? '', at };
}

const scalers = derived((all) => {
  const found = new Map<string, KubeObject[]>();
  for (const scaler of SCALER_KINDS.flatMap((kindKey) => all.ofKind(kindKey))) {
    const { kindKey, name } = targetOf(scaler);
    push(found, identity(kindKey, scaler.namespace, name), scaler);
  }
  return found;
});

function numberAt(at: View, otherwise: number): number | undefined {
  return at.given ? at.number : otherwise;
}
