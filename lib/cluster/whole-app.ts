import { TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';

const checking = new WeakSet<IConstruct>();

/**
 * Lets the checks of every stack run before the first stack is written.
 *
 * cdktf checks and writes one stack after the other; a fault in the second would leave the first half of a change behind.
 */
export function checkEveryStack(at: IConstruct): void {
  const own = TerraformStack.of(at);
  const { root } = at.node;
  own.node.addValidation({
    validate: () => {
      if (checking.has(root)) return [];
      checking.add(root);
      try {
        return root.node
          .findAll()
          .filter((one) => TerraformStack.isStack(one) && one !== own)
          .flatMap((stack) => stack.node.findAll())
          .flatMap((one) => one.node.validate().map((problem) => `${one.node.path}: ${problem}`));
      } finally {
        checking.delete(root);
      }
    },
  });
}
