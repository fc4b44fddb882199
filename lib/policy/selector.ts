import type { View } from './view';

/** What labels a thing must have. */
export interface Selector {
  /** Labels with their value, by name. */
  readonly equal: readonly (readonly [string, string])[];
  /** Whether labels fit it. */
  fits(labels: ReadonlyMap<string, string>): boolean;
}

/** A map of labels, as Services have it. */
export function mapSelector(view: View): Selector {
  const equal = [...view.labels];
  return { equal, fits: (labels) => equal.every(([key, value]) => labels.get(key) === value) };
}

/** `matchLabels` and `matchExpressions`, as workloads and budgets have it; an empty one fits everything. */
export function labelSelector(view: View): Selector {
  const plain = mapSelector(view.get('matchLabels'));
  const expressions = view.get('matchExpressions').items.map(expression);
  return { equal: plain.equal, fits: (labels) => plain.fits(labels) && expressions.every((one) => one(labels)) };
}

function expression(view: View): (labels: ReadonlyMap<string, string>) => boolean {
  const key = view.get('key').text ?? '';
  const values = new Set(view.get('values').texts);
  switch (view.get('operator').text) {
    case 'In':
      return (labels) => values.has(labels.get(key) ?? '') && labels.has(key);
    case 'NotIn':
      return (labels) => !labels.has(key) || !values.has(labels.get(key) ?? '');
    case 'Exists':
      return (labels) => labels.has(key);
    case 'DoesNotExist':
      return (labels) => !labels.has(key);
    default:
      // The API server refuses it; it selects nothing.
      return () => false;
  }
}
