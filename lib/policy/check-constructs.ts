import type { IConstruct } from 'constructs';
import { checkObjects, type CheckOptions, type Finding } from './check-objects';
import { titleOf } from './kube-object';
import { failures, type FailOn } from './report';

/** How to look at the objects of constructs. */
export interface CheckConstructsOptions extends Pick<CheckOptions, 'kubernetesVersion'> {
  /**
   * From which severity on a finding fails the synth.
   *
   * @default 'error'
   */
  readonly failOn?: FailOn;
}

/**
 * Makes the synth of a cdk8s app or chart fail where an object below it breaks a rule, whoever wrote the construct.
 *
 * Objects are looked at as they are rendered, at the end of the synth.
 */
export function check(scope: IConstruct, options: CheckConstructsOptions = {}): void {
  const { failOn } = options;
  scope.node.addValidation({
    validate: () =>
      failures(findingsOf(scope, options), failOn).map(({ rule, severity, object, source, pointer, message, cure }) =>
        [
          `${severity} ${rule}: ${titleOf(object)} of ${source?.construct ?? ''} at ${pointer || '/'}: ${message}`,
          `${cure}, or waive it`,
        ].join('; '),
      ),
  });
}

/** What the objects of a cdk8s app, a chart or any construct break, with the construct of each as its source. */
export function findingsOf(scope: IConstruct, options: Pick<CheckOptions, 'kubernetesVersion'> = {}): Finding[] {
  const { kubernetesVersion } = options;
  const rendered = renderedObjects(scope);
  const constructs = new Map(rendered.map(({ object, path }) => [object, path]));
  return checkObjects(
    rendered.map(({ object }) => object),
    { kubernetesVersion, locate: (object) => ({ construct: constructs.get(object) ?? scope.node.path }) },
  );
}

/** The one place that knows how a cdk8s tree becomes objects. */
function renderedObjects(scope: IConstruct): { readonly object: unknown; readonly path: string }[] {
  return scope.node
    .findAll()
    .filter(isApiObject)
    .map((one) => ({ object: one.toJson(), path: one.node.path }));
}

/** By cdk8s' own mark: importing cdk8s takes 0.2 s, also for those who have no manifests. */
function isApiObject(one: IConstruct): one is IConstruct & { toJson(): unknown } {
  return Symbol.for('cdk8s.ApiObject') in one;
}
