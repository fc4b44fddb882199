import { Failure } from '../exits';
import type { KubePod } from '../kube';
import type { Surroundings } from '../surroundings';

/**
 * Ends every pod of a node as its budget allows. DaemonSets' pods and static ones go with the machine. It says once a minute
 * that it is still at work.
 *
 * @throws Failure for pods that nobody would start again, and when a budget or a pod's end takes too long
 */
export async function drain(
  around: Surroundings,
  node: string,
  minutes: number,
  alive: () => Promise<void>,
): Promise<void> {
  const kube = await around.kube();
  const until = around.now().getTime() + minutes * 60_000;
  for (let round = 1; ; round += 1) {
    const pods = (await kube.podsOn(node)).filter(mustGo);
    if (pods.length === 0) return;
    const alone = pods.filter(({ owner }) => owner === undefined);
    if (alone.length > 0) {
      throw new Failure(
        `${node} has pods that nobody would start again: ${names(alone)}; delete them, or give them an owner`,
      );
    }
    const answers = await Promise.all(pods.map(async (pod) => (pod.ending ? 'evicted' : kube.evict(pod))));
    if (around.now().getTime() > until) {
      const refused = pods.filter((_, index) => answers[index] === 'refused');
      const why =
        refused.length > 0 ? `budgets (PodDisruptionBudget) hold ${names(refused)}` : `${names(pods)} do not end`;
      throw new Failure(`${node} could not be drained in ${minutes} minutes: ${why}; see to them and run it again`);
    }
    if (round % 12 === 0) await alive();
    await around.pause(5);
  }
}

const mustGo = ({ owner, phase }: KubePod) =>
  owner !== 'DaemonSet' && owner !== 'Node' && phase !== 'Succeeded' && phase !== 'Failed';

const names = (pods: readonly KubePod[]) => pods.map(({ namespace, name }) => `${namespace}/${name}`).join(', ');
