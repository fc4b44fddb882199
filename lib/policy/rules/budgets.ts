import { budgetsOf, type Inventory } from '../inventory';
import type { KubeObject } from '../kube-object';
import { fewestReplicas, SCALED_KINDS } from '../replicas';
import { ofKinds, type Rule } from '../rule';

const SEE = 'https://kubernetes.io/docs/tasks/run-application/configure-pdb/';
const BUDGET = ['policy/PodDisruptionBudget'];

/** Rules on PodDisruptionBudgets. */
export const BUDGET_RULES: readonly Rule[] = [
  {
    id: 'budget-blocks',
    severity: 'error',
    title: 'A PodDisruptionBudget lets at least one pod go',
    reason: 'One that lets none go stops every drain, and with it every upgrade of the nodes.',
    cure: 'say maxUnavailable: 1, which fits any number of replicas',
    see: SEE,
    check: ofKinds(BUDGET, (object, all) => {
      const most = object.view.get('spec', 'maxUnavailable');
      if (most.value === 0 || /^0+%?$/.test(most.text ?? ''))
        return [{ at: most, message: `maxUnavailable ${most.word ?? ''} lets no pod go` }];
      const least = object.view.get('spec', 'minAvailable');
      const pods = replicasUnder(object, all);
      if (least.value === '100%') return [{ at: least, message: 'minAvailable 100% lets no pod go' }];
      if (pods === undefined || (podsNeeded(least.value, pods) ?? 0) < pods) return [];
      const covered = pods === 1 ? 'the one pod' : `the ${pods} pods`;
      return [{ at: least, message: `minAvailable ${least.word ?? ''} lets none of ${covered} that it covers go` }];
    }),
  },
  {
    id: 'budget-selects',
    severity: 'warning',
    title: 'A PodDisruptionBudget covers some pods',
    reason: 'One that covers none protects nothing, and nobody notices.',
    cure: 'make spec.selector fit the labels of the pods',
    see: SEE,
    check: ofKinds(BUDGET, (object, all) => {
      if (all.podsIn(object.namespace).length === 0 || all.selectedBy(object).length > 0) return [];
      return [{ at: object.view.get('spec', 'selector'), message: 'covers no pod of its namespace' }];
    }),
  },
  {
    id: 'budget-overlap',
    severity: 'error',
    title: 'A pod is covered by one PodDisruptionBudget at most',
    reason: 'The API server refuses to evict a pod of which two budgets speak, so that its node cannot be drained.',
    cure: 'make the selectors tell the workloads apart',
    see: `${SEE}#arbitrary-controllers-and-selectors`,
    check: ofKinds(BUDGET, (object, all) => {
      const others = all
        .selectedBy(object)
        .flatMap((pod) => budgetsOf(pod, all))
        // A copy is what duplicate-object tells.
        .filter(({ name }) => name !== object.name)
        .map(({ name }) => name);
      if (others.length === 0) return [];
      const names = [...new Set(others)].sort().join(', ');
      return [{ at: object.view.get('spec', 'selector'), message: `covers pods that ${names} covers, too` }];
    }),
  },
];

/** How many pods a budget covers when all is well; nothing where that cannot be known. */
function replicasUnder(object: KubeObject, all: Inventory): number | undefined {
  const owners = [...new Set(all.selectedBy(object).map(({ owner }) => owner))];
  const counts = owners.map((owner) =>
    (SCALED_KINDS as readonly string[]).includes(owner.kindKey) ? fewestReplicas(owner, all)?.count : undefined,
  );
  if (counts.includes(undefined)) return undefined;
  const sum = counts.reduce<number>((total, one) => total + (one ?? 0), 0);
  return sum === 0 ? undefined : sum;
}

function podsNeeded(wish: unknown, pods: number): number | undefined {
  if (typeof wish === 'number') return wish;
  const [, percent] = /^(\d{1,3})%$/.exec(typeof wish === 'string' ? wish : '') ?? [];
  return percent === undefined ? undefined : Math.ceil((pods * Number(percent)) / 100);
}
