import { Failure } from '../exits';
import type { KubeApi } from '../kube';

interface Deployment {
  readonly metadata: { readonly generation: number };
  readonly spec: { readonly replicas?: number };
  readonly status: {
    readonly observedGeneration?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
  };
}

/** A version of an app as it is in the cluster. */
export interface LiveVersion {
  readonly name: string;
  /** Pods that there are to be. */
  readonly wanted: number;
  /** Pods that serve. */
  readonly ready: number;
  /** Whether all of them are of the newest description. */
  readonly settled: boolean;
}

/**
 * A version's Deployment.
 *
 * @throws Failure where there is none of that name
 */
export async function liveVersion(kube: KubeApi, namespace: string, name: string): Promise<LiveVersion> {
  const found = (await kube.read(`${folderOf(namespace)}/${name}`)) as Deployment | undefined;
  if (!found) throw new Failure(`there is no Deployment ${name} in namespace ${namespace}, which the route sends to`);
  const { metadata, spec, status } = found;
  const { replicas: wanted = 1 } = spec;
  const { updatedReplicas = 0, readyReplicas: ready = 0 } = status;
  return {
    name,
    wanted,
    ready,
    settled: status.observedGeneration === metadata.generation && updatedReplicas === wanted,
  };
}

/** Why a version may not get more requests now; nothing if it may. */
export function notReady({ name, wanted, ready, settled }: LiveVersion, least: number): string | undefined {
  if (!settled) return `${name} is still rolling out`;
  if (ready < wanted) return `${name} has ${ready} of ${wanted} pods ready`;
  if (ready < least)
    return `${name} has ${ready} pods ready, fewer than the ${least} of the version it is to take over from`;
  return undefined;
}

/** Raises a version to a number of pods: its autoscaler's floor where it has one, else its own number. Never lowers it. */
export async function raise(kube: KubeApi, namespace: string, version: LiveVersion, least: number): Promise<boolean> {
  if (version.wanted >= least) return false;
  const scaler = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/${version.name}`;
  const found = (await kube.read(scaler)) as { readonly spec: { readonly maxReplicas: number } } | undefined;
  if (!found) {
    await kube.patch(`${folderOf(namespace)}/${version.name}`, { spec: { replicas: least } });
    return true;
  }
  if (found.spec.maxReplicas < least) {
    throw new Failure(
      `${version.name} may have ${found.spec.maxReplicas} pods at most, fewer than the ${least} of the version it is to take over from; raise autoscale.max`,
    );
  }
  await kube.patch(scaler, { spec: { minReplicas: least } });
  return true;
}

const folderOf = (namespace: string) => `/apis/apps/v1/namespaces/${namespace}/deployments`;
