import type { KubeObject } from './kube-object';
import { podsOf, type Pod } from './pods';
import { labelSelector, mapSelector, type Selector } from './selector';

/** All objects that are looked at together, and how they belong to each other. */
export class Inventory {
  private readonly byKind = new Map<string, KubeObject[]>();
  private readonly pods = new Map<KubeObject, readonly Pod[]>();
  private readonly podsByNamespace = new Map<string, Pod[]>();
  private readonly podsByLabel = new Map<string, Pod[]>();
  private readonly namespaces = new Set<string>();

  constructor(
    /** The objects. */
    public readonly objects: readonly KubeObject[],
    /** The number of the cluster's minor. */
    public readonly minor: number,
  ) {
    for (const object of objects) {
      const { namespace } = object;
      push(this.byKind, `${object.kindKey} ${namespace}`, object);
      push(this.byKind, object.kindKey, object);
      push(this.byKind, identity(object.kindKey, namespace, object.name), object);
      const pods = podsOf(object);
      this.pods.set(object, pods);
      if (pods.length > 0 || object.kindKey === '/Service') this.namespaces.add(namespace);
      for (const pod of pods) {
        push(this.podsByNamespace, namespace, pod);
        for (const [key, value] of pod.labels) push(this.podsByLabel, labelled(namespace, key, value), pod);
      }
    }
  }

  /** The pods that an object describes. */
  public podsOf(object: KubeObject): readonly Pod[] {
    return this.pods.get(object) ?? [];
  }

  /** Objects of a `group/kind`, in a namespace if one is named. */
  public ofKind(kindKey: string, namespace?: string): readonly KubeObject[] {
    return this.byKind.get(namespace === undefined ? kindKey : `${kindKey} ${namespace}`) ?? [];
  }

  /** Objects of a `group/kind` with this name. */
  public named(kindKey: string, namespace: string, name: string): readonly KubeObject[] {
    return this.byKind.get(identity(kindKey, namespace, name)) ?? [];
  }

  /** Pods of a namespace. */
  public podsIn(namespace: string): readonly Pod[] {
    return this.podsByNamespace.get(namespace) ?? [];
  }

  /** Whether pods or Services of a namespace are here, so that what is not here can be missed. */
  public knows(namespace: string): boolean {
    return this.namespaces.has(namespace);
  }

  /** Pods of a namespace that fit a selector. */
  public selected(namespace: string, selector: Selector): readonly Pod[] {
    const [first, ...rest] = selector.equal;
    let candidates = first ? this.withLabel(namespace, ...first) : this.podsIn(namespace);
    for (const pair of rest) {
      const others = this.withLabel(namespace, ...pair);
      if (others.length < candidates.length) candidates = others;
    }
    return candidates.filter(({ labels }) => selector.fits(labels));
  }

  /** The pods that a Service or a PodDisruptionBudget selects. */
  public selectedBy(object: KubeObject): readonly Pod[] {
    const view = object.view.get('spec', 'selector');
    // A Service without a selector has its endpoints from somebody else.
    if (object.kindKey === '/Service') return view.size === 0 ? [] : this.selected(object.namespace, mapSelector(view));
    return view.given ? this.selected(object.namespace, labelSelector(view)) : [];
  }

  private withLabel(namespace: string, key: string, value: string): readonly Pod[] {
    return this.podsByLabel.get(labelled(namespace, key, value)) ?? [];
  }
}

/** What rules find out about all objects at once: it is found out once, when the first asks. */
export function derived<T extends object>(make: (all: Inventory) => T): (all: Inventory) => T {
  const known = new WeakMap<Inventory, T>();
  return (all) => {
    const made = known.get(all) ?? make(all);
    known.set(all, made);
    return made;
  };
}

/** The Services that send traffic to a pod. */
export function servicesOf(pod: Pod, all: Inventory): readonly KubeObject[] {
  return services(all).get(pod) ?? [];
}

/** The PodDisruptionBudgets that cover a pod. */
export function budgetsOf(pod: Pod, all: Inventory): readonly KubeObject[] {
  return budgets(all).get(pod) ?? [];
}

const services = derived((all) => whoSelects(all, '/Service'));
const budgets = derived((all) => whoSelects(all, 'policy/PodDisruptionBudget'));

function whoSelects(all: Inventory, kindKey: string): Map<Pod, KubeObject[]> {
  const found = new Map<Pod, KubeObject[]>();
  for (const object of all.ofKind(kindKey)) {
    for (const pod of all.selectedBy(object)) push(found, pod, object);
  }
  return found;
}

/** Adds to a list in a map. */
export function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** A key in a map, of names: in none of them stands a line feed. */
export const identity = (...parts: readonly string[]) => parts.join('\n');
const labelled = (namespace: string, key: string, value: string) => [namespace, key, value].join('\n');
