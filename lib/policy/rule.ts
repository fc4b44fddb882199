import type { Inventory } from './inventory';
import type { KubeObject } from './kube-object';
import type { Container, Pod } from './pods';
import type { View } from './view';

/** How bad it is: an `error` breaks or opens something, a `warning` costs at the next failure, a `note` is order. */
export type Severity = 'error' | 'warning' | 'note';

/** The worst first. */
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

/** What a rule is, in words. */
export interface RuleWords {
  /** Its name, which waivers and reports use; it stays. */
  readonly id: string;
  /** How bad it is to break it. */
  readonly severity: Severity;
  /** What it asks for, in a line. */
  readonly title: string;
  /** Why it asks for that. */
  readonly reason: string;
  /** What to do. */
  readonly cure: string;
  /** The page that says more. */
  readonly see: string;
}

/** A place in an object that breaks a rule. */
export interface Violation {
  /** The place, or where it should be. */
  readonly at: View;
  /** What is wrong there. */
  readonly message: string;
}

/** A rule over objects. */
export interface Rule extends RuleWords {
  /** What of an object breaks it, seen with all others. */
  check(object: KubeObject, all: Inventory): readonly Violation[];
}

/** A check of each pod that an object describes. */
export function ofPods(check: (pod: Pod, all: Inventory) => readonly Violation[]): Rule['check'] {
  return (object, all) => all.podsOf(object).flatMap((pod) => check(pod, all));
}

/** A check of each container of each pod that an object describes. */
export function ofContainers(
  check: (container: Container, pod: Pod, all: Inventory) => readonly Violation[],
): Rule['check'] {
  return ofPods((pod, all) => pod.containers.flatMap((container) => check(container, pod, all)));
}

/** A check of objects of some kinds, each as `group/kind`. */
export function ofKinds(kindKeys: readonly string[], check: Rule['check']): Rule['check'] {
  return (object, all) => (kindKeys.includes(object.kindKey) ? check(object, all) : []);
}

/** Whether the value is filled in later, by Terraform, a shell or the kubelet, so that nobody can judge it here. */
export function isPlaceholder(text: string): boolean {
  return /\$\{|\$\(|\{\{/.test(text);
}
