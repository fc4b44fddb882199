import { apiVersionOf, successorOf } from '../api-versions';
import type { KubeObject } from '../kube-object';
import { titleOf } from '../kube-object';
import type { Rule } from '../rule';

const GUIDE = 'https://kubernetes.io/docs/reference/using-api/deprecation-guide/';

/** Rules on any object. */
export const OBJECT_RULES: readonly Rule[] = [
  {
    id: 'object-identity',
    severity: 'error',
    title: 'An object says its apiVersion, kind and name',
    reason: 'The API server takes none that does not.',
    cure: 'add what is missing',
    see: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/#required-fields',
    check: ({ view, apiVersion, kind, name }) => {
      const lacking = [apiVersion === '' && 'apiVersion', kind === '' && 'kind', name === '' && 'metadata.name'];
      const words = lacking.filter((one) => one !== false);
      return words.length === 0 ? [] : [{ at: view, message: `has no ${words.join(', no ')}` }];
    },
  },
  {
    id: 'duplicate-object',
    severity: 'error',
    title: 'No object is given twice',
    reason: 'The last one wins, and which that is depends on who applies them.',
    cure: 'take one of them away, or rename it',
    see: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/names/',
    check: (object, all) => {
      const at = object.view.get('metadata', 'name');
      if (!at.given || object.kind === '') return [];
      const copies = all.named(object.kindKey, object.namespace, object.name).length;
      return copies < 2 ? [] : [{ at, message: `${titleOf(object)} is given ${copies} times` }];
    },
  },
  {
    id: 'api-removed',
    severity: 'error',
    title: "The cluster's Kubernetes serves the API version",
    reason: 'The API server refuses the object, and an upgrade leaves nobody who can change it.',
    cure: 'write the object in the API version that took its place; fields may have moved',
    see: GUIDE,
    check: (object, { minor }) => {
      const row = rowOf(object);
      if (row?.removed === undefined || row.removed > minor) return [];
      const use = successorOf(row, object.kind, minor);
      const instead = use === undefined ? 'nothing took its place' : `use ${use}`;
      return [version(object, `${words(object)} is gone since Kubernetes 1.${row.removed}; ${instead}`)];
    },
  },
  {
    id: 'api-deprecated',
    severity: 'warning',
    title: 'The API version is not on its way out',
    reason: 'A later minor serves it no more; the upgrade to that waits for every file that still says it.',
    cure: 'write the object in the newer API version while both are served',
    see: GUIDE,
    check: (object, { minor }) => {
      const row = rowOf(object);
      if (row?.deprecated === undefined || row.deprecated > minor || (row.removed ?? Infinity) <= minor) return [];
      if ((row.introduced ?? 0) > minor) return [];
      const use = row.use === undefined ? '' : `; use ${row.use}`;
      return [version(object, `${words(object)} is deprecated since Kubernetes 1.${row.deprecated}${use}`)];
    },
  },
  {
    id: 'api-too-new',
    severity: 'error',
    title: "The cluster's Kubernetes knows the API version already",
    reason: 'The API server refuses what it does not know.',
    cure: 'upgrade the cluster first, or write the object in an older API version',
    see: GUIDE,
    check: (object, { minor }) => {
      const row = rowOf(object);
      if (row?.introduced === undefined || row.introduced <= minor || (row.removed ?? Infinity) <= minor) return [];
      return [version(object, `${words(object)} comes with Kubernetes 1.${row.introduced}, and this is 1.${minor}`)];
    },
  },
  {
    id: 'name-label',
    severity: 'note',
    title: 'Workloads and Services have the label app.kubernetes.io/name',
    reason: 'Dashboards, policies and people find what belongs together by the recommended labels.',
    cure: 'add the label app.kubernetes.io/name',
    see: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/',
    check: (object, all) => {
      if (object.kindKey !== '/Service' && all.podsOf(object).length === 0) return [];
      const at = object.view.get('metadata', 'labels', 'app.kubernetes.io/name');
      return at.given ? [] : [{ at, message: 'has no label app.kubernetes.io/name' }];
    },
  },
];

const rowOf = ({ apiVersion, kind }: KubeObject) => apiVersionOf(apiVersion, kind);
const words = ({ apiVersion, kind }: KubeObject) => `${apiVersion} ${kind}`;
const version = ({ view }: KubeObject, message: string) => ({ at: view.get('apiVersion'), message });
