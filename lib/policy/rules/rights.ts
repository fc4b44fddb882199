import { derived, identity, type Inventory } from '../inventory';
import { ofKinds, ofPods, type Rule, type Violation } from '../rule';
import type { View } from '../view';

const SEE = 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/';
const RBAC = 'rbac.authorization.k8s.io';
const ROLES = [`${RBAC}/Role`, `${RBAC}/ClusterRole`];
const BINDINGS = [`${RBAC}/RoleBinding`, `${RBAC}/ClusterRoleBinding`];
const EVERYBODY = /^system:(authenticated|unauthenticated|serviceaccounts(:.*)?)$/;

/** Rules on who may do what in the cluster. */
export const RIGHT_RULES: readonly Rule[] = [
  {
    id: 'rbac-wildcard',
    severity: 'error',
    title: 'No role has a wildcard',
    reason: 'It grants what nobody thought of, and what later versions bring.',
    cure: 'name the API groups, resources and verbs',
    see: SEE,
    check: ofKinds(ROLES, ({ view }) =>
      view.get('rules').items.flatMap((rule) =>
        ['verbs', 'resources', 'apiGroups', 'nonResourceURLs'].flatMap((field) =>
          rule
            .get(field)
            .items.filter(({ value }) => value === '*')
            .map((at) => ({ at, message: `grants all ${field}` })),
        ),
      ),
    ),
  },
  {
    id: 'rbac-escalation',
    severity: 'warning',
    title: 'No role lets its holder become somebody else',
    reason:
      'escalate, bind and impersonate give any right there is; reading every Secret gives those of all that keep a token there.',
    cure: 'take the verb away, or name the objects by resourceNames',
    see: `${SEE}#privilege-escalation-risks`,
    check: ofKinds(ROLES, ({ view, kind }) => view.get('rules').items.flatMap((rule) => escalations(rule, kind))),
  },
  {
    id: 'cluster-admin',
    severity: 'error',
    title: 'Nobody is bound to cluster-admin',
    reason: 'Whoever takes over one pod of that account has the cluster.',
    cure: 'bind a role of the rights that are needed',
    see: SEE,
    check: ofKinds(BINDINGS, ({ view }) => {
      const at = view.get('roleRef', 'name');
      return at.value === 'cluster-admin' ? [{ at, message: 'grants cluster-admin' }] : [];
    }),
  },
  {
    id: 'rbac-everybody',
    severity: 'error',
    title: 'Rights go to an account of their own, not to default ones or to everybody',
    reason: 'Every pod that names no ServiceAccount runs as default, and gets its rights.',
    cure: 'make a ServiceAccount for the workload, and bind that',
    see: SEE,
    check: ofKinds(BINDINGS, ({ view }) =>
      view.get('subjects').items.flatMap((subject) => {
        const at = subject.get('name');
        const kind = subject.get('kind').text;
        if (kind === 'ServiceAccount' && at.text === 'default')
          return [{ at, message: 'grants rights to ServiceAccount default' }];
        if (kind === 'Group' && EVERYBODY.test(at.text ?? ''))
          return [{ at, message: `grants rights to group ${at.text ?? ''}` }];
        return [];
      }),
    ),
  },
  {
    id: 'service-account-token',
    severity: 'warning',
    title: 'Pods that need no rights get no token',
    reason: 'The token in a pod is the first thing that an intruder uses.',
    cure: 'set automountServiceAccountToken: false on the pod or its ServiceAccount',
    see: 'https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting',
    check: ofPods(({ spec, owner }, all) => {
      const at = spec.get('automountServiceAccountToken');
      const account = spec.get('serviceAccountName').text ?? 'default';
      const accounts = all.named('/ServiceAccount', owner.namespace, account);
      const off =
        accounts.length > 0 && accounts.every(({ view }) => view.get('automountServiceAccountToken').value === false);
      const needed = account !== 'default' && boundAccounts(all).has(identity(owner.namespace, account));
      if (at.value === false || needed || (!at.given && off)) return [];
      return [{ at, message: `mounts the token of ServiceAccount ${account}, which no binding here gives rights` }];
    }),
  },
];

const boundAccounts = derived((all: Inventory) => {
  const bindings = BINDINGS.flatMap((kindKey) => all.ofKind(kindKey));
  return new Set(
    bindings.flatMap(({ view, namespace }) =>
      view
        .get('subjects')
        .items.filter((subject) => subject.get('kind').text === 'ServiceAccount')
        .map((subject) => identity(subject.get('namespace').text ?? namespace, subject.get('name').text ?? '')),
    ),
  );
});

function escalations(rule: View, kind: string): Violation[] {
  if (rule.get('resourceNames').size > 0) return [];
  const verbs = rule.get('verbs');
  const powers = verbs.items
    .filter(({ text }) => text === 'escalate' || text === 'bind' || text === 'impersonate')
    .map((at) => ({ at, message: `grants ${at.text ?? ''}` }));
  const reads = verbs.texts.some((verb) => ['get', 'list', 'watch'].includes(verb));
  const secrets = rule.get('resources').items.filter(({ value }) => value === 'secrets');
  // In one namespace it is what many operators live by.
  const all = kind === 'ClusterRole' && reads ? secrets.map((at) => ({ at, message: 'reads every Secret' })) : [];
  return [...powers, ...all];
}
