import type { KubeObject } from './kube-object';
import type { RuleWords } from './rule';
import type { View } from './view';

/** The annotation by which an object says which rules it breaks on purpose. */
export const WAIVE = 'policy.cdk-container-platform/waive';

/** What is wrong with waivers is a finding, too; no waiver is good for it. */
export const WAIVER_RULE: RuleWords = {
  id: 'waiver',
  severity: 'warning',
  title: 'A waiver names a rule that the object breaks, and a reason',
  reason: 'One without a reason tells nobody whether it still holds; one that is not needed hides the next mistake.',
  cure: `write ${WAIVE}: "RULE: reason; RULE: reason", and take away what is not needed`,
  see: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/',
};

/** A rule that an object breaks on purpose. */
export interface Waiver {
  /** The id of the rule. */
  readonly rule: string;
  /** Why; empty where none is given. */
  readonly reason: string;
}

/** Where an object says its waivers. */
export function waiverPlace({ view }: KubeObject): View {
  return view.get('metadata', 'annotations', WAIVE);
}

/** The waivers of an object: `rule: reason`, apart by semicolons or lines. */
export function waiversOf(object: KubeObject): Waiver[] {
  return (waiverPlace(object).text ?? '')
    .split(/[;\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => {
      const colon = one.indexOf(':');
      return colon < 0
        ? { rule: one, reason: '' }
        : { rule: one.slice(0, colon).trim(), reason: one.slice(colon + 1).trim() };
    });
}
