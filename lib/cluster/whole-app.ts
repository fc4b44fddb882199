import { TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';

const guarded = new WeakMap<IConstruct, Set<IConstruct>>();

/**
 * Lets the checks of every stack run before the first stack with a cluster is written.
 *
 * cdktf checks and writes one stack after the other; a fault in the second would leave the first half of a change behind.
 */
export function checkEveryStack(at: IConstruct): void {
  const { root } = at.node;
  const own = at.node.scopes.find((one) => TerraformStack.isStack(one)) ?? at;
  const stacks = guarded.get(root) ?? new Set();
  guarded.set(root, stacks);
  if (stacks.has(own)) return;
  stacks.add(own);
  own.node.addValidation({
    validate: () => {
      const all = outerStacks(root);
      // Once for the app, or time would grow by the square: the first is written first, and speaks for the others.
      if (all.find((stack) => stacks.has(stack)) !== own) return [];
      return all.filter((stack) => stack !== own).flatMap(problems);
    },
  });
}

function outerStacks(parent: IConstruct): IConstruct[] {
  return parent.node.children.flatMap((child) => (TerraformStack.isStack(child) ? [child] : outerStacks(child)));
}

function problems(stack: IConstruct): string[] {
  return stack.node.findAll().flatMap((one) => one.node.validate().map((problem) => `${one.node.path}: ${problem}`));
}
