import { View } from './view';

/** A Kubernetes object, whoever wrote it. */
export interface KubeObject {
  /** As it was given. */
  readonly value: unknown;
  /** Its place: the root, or a place in a list. */
  readonly view: View;
  /** Such as `apps/v1`; empty where it says none. */
  readonly apiVersion: string;
  /** Such as `apps`; empty for the core. */
  readonly group: string;
  /** Such as `Deployment`; empty where it says none. */
  readonly kind: string;
  /** `group/kind`, such as `apps/Deployment` or `/Service`. */
  readonly kindKey: string;
  /** Its name, or what its name begins with. */
  readonly name: string;
  /** Its namespace; empty where it says none. */
  readonly namespace: string;
}

/** The objects in what was given: lists are taken apart, and nothing at all is no object. */
export function kubeObjects(given: readonly unknown[]): KubeObject[] {
  // Not by recursion: a list may hold lists as deep as somebody likes.
  const found: KubeObject[] = [];
  const open: { readonly value: unknown; readonly inherited?: Inherited }[] = given
    .map((value) => ({ value }))
    .reverse();
  for (let next = open.pop(); next; next = open.pop()) {
    if (next.value === undefined || next.value === null) continue;
    const object = describe(next.value, next.inherited);
    const items = object.view.get('items');
    if (object.kind.endsWith('List') && Array.isArray(items.value)) {
      // Items of a DeploymentList need not say what they are.
      const kind = object.kind.slice(0, -'List'.length);
      const inherited = kind === '' ? undefined : { apiVersion: object.apiVersion, kind };
      open.push(...items.items.map(({ value }) => ({ value, inherited })).reverse());
    } else {
      found.push(object);
    }
  }
  return found;
}

/** What is written of an object, such as `Deployment shop/web`. */
export function titleOf({ kind, namespace, name }: Pick<KubeObject, 'kind' | 'namespace' | 'name'>): string {
  return `${kind || 'object'} ${namespace === '' ? '' : `${namespace}/`}${name || '?'}`;
}

interface Inherited {
  readonly apiVersion: string;
  readonly kind: string;
}

function describe(value: unknown, inherited?: Inherited): KubeObject {
  const view = new View(value);
  const apiVersion = view.get('apiVersion').text ?? inherited?.apiVersion ?? '';
  const kind = view.get('kind').text ?? inherited?.kind ?? '';
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const metadata = view.get('metadata');
  return {
    value,
    view,
    apiVersion,
    group,
    kind,
    kindKey: `${group}/${kind}`,
    name: metadata.get('name').text ?? metadata.get('generateName').text ?? '',
    namespace: metadata.get('namespace').text ?? '',
  };
}
