import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { ValidationError } from '../core/errors';

/** A point in the order: an object itself, the beginning of a construct, or the end of all below it. */
interface Step {
  readonly at: IConstruct;
  readonly kind: 'object' | 'begin' | 'end';
  readonly after: Step[];
  state?: 'open' | 'done';
}

interface Steps {
  readonly begin: Step;
  readonly end: Step;
  readonly object?: Step;
}

/**
 * The objects below constructs, each after those that it or an ancestor of it depends on; otherwise as they stand.
 *
 * Time grows with constructs and dependencies, also where many paths lead to one object, and no depth is too deep.
 *
 * @throws ValidationError for a dependency in a circle, with its path, and for one that leads out of the roots
 */
export function inOrder(roots: readonly IConstruct[]): ApiObject[] {
  const all = roots.flatMap((root) => root.node.findAll());
  const steps = new Map(all.map((at) => [at, newSteps(at)]));
  for (const [at, own] of steps) {
    const parent = at.node.scope && steps.get(at.node.scope);
    if (!parent) continue;
    own.begin.after.push(parent.begin);
    parent.end.after.push(own.end);
  }
  for (const at of all) addDependencies(at, steps);
  const order: IConstruct[] = [];
  for (const own of steps.values()) if (own.object) visit(own.object, order);
  return order.filter((one) => ApiObject.isApiObject(one));
}

/**
 * Constructs, each after those that it depends on; otherwise as they stand.
 *
 * @throws ValidationError for a dependency in a circle, with its path
 */
export function inOrderOf<T extends IConstruct>(dependencies: ReadonlyMap<T, ReadonlySet<T>>): T[] {
  const steps = new Map([...dependencies.keys()].map((at) => [at, { begin: begin(at), object: object(at) }]));
  for (const [at, step] of steps) {
    step.object.after.push(step.begin);
    for (const one of dependencies.get(at) ?? []) step.begin.after.push(steps.get(one)?.object ?? begin(one));
  }
  const order: IConstruct[] = [];
  for (const step of steps.values()) visit(step.object, order);
  return order as T[];
}

function begin(at: IConstruct): Step {
  return { at, kind: 'begin', after: [] };
}

function object(at: IConstruct): Step {
  return { at, kind: 'object', after: [] };
}

function newSteps(at: IConstruct): Steps {
  const steps: Steps = { begin: begin(at), end: { at, kind: 'end', after: [] } };
  if (!ApiObject.isApiObject(at)) return steps;
  const own = object(at);
  own.after.push(steps.begin);
  steps.end.after.push(own);
  return { ...steps, object: own };
}

function addDependencies(at: IConstruct, steps: ReadonlyMap<IConstruct, Steps>): void {
  const { dependencies } = at.node;
  const own = steps.get(at);
  if (dependencies.length === 0 || !own) return;
  const above = new Set(at.node.scopes);
  const below = dependencies.filter((one) => one !== at && one.node.scopes.includes(at));
  for (const target of dependencies.filter((one) => !below.includes(one))) {
    const found = steps.get(target);
    if (!found) throw leadsOut(at, target);
    if (!above.has(target)) own.begin.after.push(found.end);
    // What depends on its own ancestor waits for the rest of it.
    else if (target !== at) own.begin.after.push(...objectsOf(target, [at], steps));
  }
  if (below.length === 0) return;
  // What depends on a part of itself: the other parts wait. cdk8s has it so for a chart in a chart.
  const gate: Step = { ...begin(at), after: below.flatMap((one) => steps.get(one)?.end ?? []) };
  for (const other of objectsOf(at, below, steps)) other.after.push(gate);
}

function objectsOf(at: IConstruct, but: readonly IConstruct[], steps: ReadonlyMap<IConstruct, Steps>): Step[] {
  return at.node
    .findAll()
    .filter((one) => !one.node.scopes.some((scope) => but.includes(scope)))
    .flatMap((one) => steps.get(one)?.object ?? []);
}

/** Puts a step and all before it into the order, without recursion. */
function visit(first: Step, order: IConstruct[]): void {
  const trail: { step: Step; next: number }[] = [];
  const open = (step: Step): void => {
    if (step.state === 'done') return;
    if (step.state === 'open') throw circle([...trail.map((one) => one.step), step]);
    step.state = 'open';
    trail.push({ step, next: 0 });
  };
  open(first);
  for (let top = trail.at(-1); top; top = trail.at(-1)) {
    const next = top.step.after[top.next++];
    if (next) {
      open(next);
      continue;
    }
    top.step.state = 'done';
    if (top.step.kind === 'object') order.push(top.step.at);
    trail.pop();
  }
}

function circle(trail: readonly Step[]): ValidationError {
  const last = trail.at(-1);
  const round = trail.slice(last ? trail.indexOf(last) : 0);
  // Only what somebody wrote leads from a beginning to something other than a beginning.
  const written = round.filter((step, index) => {
    const next = round[index + 1];
    return step.kind === 'begin' && next !== undefined && next.kind !== 'begin';
  });
  const [first] = written;
  const paths = [...written, ...(first ? [first] : [])].map(({ at }) => at.node.path);
  return new ValidationError(
    first?.at ?? round[0]?.at ?? { node: { path: '' } },
    `dependencies must not lead in a circle, got ${paths.join(' -> ')}; remove one of them`,
  );
}

function leadsOut(at: IConstruct, target: IConstruct): ValidationError {
  return new ValidationError(
    at,
    `dependencies must be part of what is released or written together, got ${target.node.path}; order releases by dependsOn`,
  );
}
