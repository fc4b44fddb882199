import { ValidationError } from '../core/errors';
import { DEFAULT_KUBERNETES } from '../core/kubernetes-versions';
import { nearest } from '../core/nearest';
import { API_MINORS } from './api-versions.table';
import { Inventory } from './inventory';
import { kubeObjects, type KubeObject } from './kube-object';
import { minorOf } from './kubernetes-minor';
import type { RuleWords, Severity, Violation } from './rule';
import { ALL_RULES } from './rules/all';
import { WAIVER_RULE, waiverPlace, waiversOf, type Waiver } from './waivers';

/** Where an object was written. */
export interface Source {
  /**
   * The file.
   *
   * @default - it came from no file
   */
  readonly file?: string;
  /**
   * The line in it, from 1.
   *
   * @default - unknown
   */
  readonly line?: number;
  /**
   * The path of the construct.
   *
   * @default - it came from no construct
   */
  readonly construct?: string;
}

/** A place in an object that breaks a rule. */
export interface Finding {
  /** The id of the rule. */
  readonly rule: string;
  /** How bad it is. */
  readonly severity: Severity;
  /** What is wrong. */
  readonly message: string;
  /** What to do. */
  readonly cure: string;
  /** The object. */
  readonly object: {
    /** Such as `apps/v1`. */
    readonly apiVersion: string;
    /** Such as `Deployment`. */
    readonly kind: string;
    /** Its namespace; empty where it says none. */
    readonly namespace: string;
    /** Its name. */
    readonly name: string;
  };
  /** The place in it, as a JSON pointer. */
  readonly pointer: string;
  /**
   * Where it was written.
   *
   * @default - unknown
   */
  readonly source?: Source;
  /**
   * The reason for which the object breaks the rule on purpose.
   *
   * @default - it does not
   */
  readonly waived?: string;
}

/** How to look at objects. */
export interface CheckOptions {
  /**
   * The version of Kubernetes that is to take the objects, such as `1.36`.
   *
   * @default - the version that clusters of this library get
   */
  readonly kubernetesVersion?: string;

  /**
   * Where a place in an object was written; the object is the very one that was given, or an item of a list.
   *
   * @default - findings have no source
   */
  readonly locate?: (object: unknown, pointer: string) => Source | undefined;
}

/** The rules, in words. */
export const RULES: readonly RuleWords[] = [...ALL_RULES, WAIVER_RULE];

/**
 * Holds Kubernetes objects to every rule, whoever wrote them; lists are taken apart.
 *
 * Objects are seen together: a Service without its pods, or a Deployment without its PodDisruptionBudget, is a finding.
 *
 * @throws ValidationError for a version that is none, or that the rules do not know
 */
export function checkObjects(objects: readonly unknown[], options: CheckOptions = {}): Finding[] {
  const { kubernetesVersion = DEFAULT_KUBERNETES, locate } = options;
  const minor = minorOf(kubernetesVersion);
  if (minor === undefined) {
    const { first, last } = API_MINORS;
    throw new ValidationError(
      { node: { path: 'policy' } },
      `kubernetesVersion must be a version from 1.${first} to 1.${last}, got ${kubernetesVersion}; the default is ${DEFAULT_KUBERNETES}`,
    );
  }
  const all = new Inventory(kubeObjects(objects), minor);
  const findings = all.objects.flatMap((object) => {
    const waivers = waiversOf(object);
    const broken = ALL_RULES.flatMap((rule) =>
      rule.check(object, all).map((violation) => {
        const waived = waivers.find((one) => one.rule === rule.id && one.reason !== '')?.reason;
        return findingOf(rule, object, violation, locate, waived);
      }),
    );
    const wrong = badWaivers(object, waivers, new Set(broken.map(({ rule }) => rule)));
    return [...broken, ...wrong.map((violation) => findingOf(WAIVER_RULE, object, violation, locate))];
  });
  return findings
    .map((finding) => ({ finding, key: orderOf(finding) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ finding }) => finding);
}

function badWaivers(object: KubeObject, waivers: readonly Waiver[], broken: ReadonlySet<string>): Violation[] {
  const at = waiverPlace(object);
  if (at.given && at.text === undefined) return [{ at, message: 'the waiver is no text' }];
  return waivers.flatMap(({ rule, reason }, index) => {
    const problem = (message: string) => [{ at, message }];
    if (!ALL_RULES.some(({ id }) => id === rule)) {
      const near =
        nearest(
          rule,
          ALL_RULES.map(({ id }) => id),
        ) ?? '';
      return problem(`there is no rule ${rule}; the nearest is ${near}`);
    }
    if (reason === '') return problem(`${rule} is waived without a reason`);
    if (waivers.findIndex((one) => one.rule === rule) < index) return problem(`${rule} is waived twice`);
    return broken.has(rule) ? [] : problem(`${rule} is waived, and not broken`);
  });
}

function findingOf(
  { id: rule, severity, cure }: RuleWords,
  { apiVersion, kind, namespace, name, value }: KubeObject,
  { at: { pointer }, message }: Violation,
  locate: CheckOptions['locate'],
  waived?: string,
): Finding {
  const source = locate?.(value, pointer);
  return {
    rule,
    severity,
    message,
    cure,
    object: { apiVersion, kind, namespace, name },
    pointer,
    ...(source && { source }),
    ...(waived !== undefined && { waived }),
  };
}

/** So that the order in which objects are given changes nothing. Digits compare by value, as list positions should. */
function orderOf({ object, rule, pointer, message, source }: Finding): string {
  const { namespace, kind, name, apiVersion } = object;
  const place = pointer.replace(/\d+/g, (digits) => digits.padStart(6, '0'));
  const line = String(source?.line ?? 0).padStart(8, '0');
  return [namespace, kind, name, apiVersion, source?.file ?? '', line, place, rule, message].join('\n');
}
