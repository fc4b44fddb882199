import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { Chart, Duration, type ApiObject } from 'cdk8s';
import { Token, type ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import { ValidationError, type Located } from '../core/errors';
import { podSecurityLabels } from '../core/pod-security';
import { ChartRelease } from './chart-release';
import { includeYaml } from './include';
import { renderObjects, type Rendered } from './manifests';
import { objectName } from './object-name';
import { ReleaseCharts } from './release-charts';
import { acceptTerraform } from './terraform';
import type { WorkloadsProps } from './workloads-props';

const OF_EVERY_CLUSTER = new Set(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DEFINITIONS = '-crds';
// Helm's own limit for the name of a release, of which one has the suffix.
const LONGEST_NAME = 53 - DEFINITIONS.length;

/**
 * Kubernetes objects in a Terraform stack: a cdk8s chart that becomes one Helm release.
 *
 * Definitions of kinds (CRDs) are released before the rest, and stay when that is destroyed. Values of Terraform may
 * stand in objects; Secrets with content may not.
 *
 * @throws ValidationError when the stack is not connected, for a name that does not fit, and for one that is taken
 * @example
 * const shop = new Workloads(platform, 'Shop', { cluster, namespace: 'shop' });
 * new ConfigMap(shop, 'Settings', { data: { LOG_LEVEL: 'info' } });
 */
export class Workloads extends Chart {
  /** What needs the objects waits for. */
  public readonly ready: readonly ITerraformDependable[];
  private readonly included: Chart[] = [];

  constructor(scope: Construct, id: string, props: WorkloadsProps) {
    super(scope, id, { namespace: props.namespace });
    const { cluster, namespace, name = id.toLowerCase(), podSecurity = 'baseline', dependsOn = [] } = props;
    const { createNamespace = !OF_EVERY_CLUSTER.has(namespace), timeout = Duration.minutes(10) } = props;
    const { atomic = true, wait = true, maxHistory = 10 } = props;
    cluster.requireConnected(this);
    checkName(this, 'namespace', namespace, 63);
    checkName(this, 'name', name, LONGEST_NAME);
    if (createNamespace && OF_EVERY_CLUSTER.has(namespace)) {
      throw new ValidationError(this, `createNamespace must be false for ${namespace}, got true; every cluster has it`);
    }
    take(this, `${cluster.clusterName}/${namespace}/${name}`, `name ${name} must be of one release in ${namespace}`);
    if (createNamespace) {
      take(this, `${cluster.clusterName}/${namespace}`, `namespace ${namespace} must be made by one Workloads`);
    }
    acceptTerraform(this.node.root);

    const labels = podSecurityLabels(podSecurity);
    const target = createNamespace
      ? [new NamespaceV1(this, 'TargetNamespace', { metadata: { name: namespace, labels } })]
      : [];
    const charts = new ReleaseCharts(this, { main: name, definitions: `${name}${DEFINITIONS}` }, () => {
      const objects = renderObjects([this, ...this.included], { podSecurity, namespace });
      if (createNamespace) checkNamespace(objects, namespace);
      return objects;
    });
    const common = { namespace, atomic, wait, maxHistory, timeout: timeout.toSeconds() };
    const before = [...target, ...dependsOn];
    const definitions = new ChartRelease(
      this,
      'Definitions',
      { ...common, name: `${name}${DEFINITIONS}`, dependsOn: before },
      () => charts.definitions(),
    );
    const main = new ChartRelease(this, 'Resource', { ...common, name, dependsOn: before, after: definitions }, () =>
      charts.main(),
    );
    this.node.defaultChild = main;
    this.ready = [main];
  }

  /**
   * Takes the objects of a YAML file, or of another chart, into the release; they are the same but for their namespace.
   *
   * @param source a file's path, or a chart that may be of an app of its own
   * @throws ValidationError for what is no Kubernetes object, and for a chart that is part of this one
   */
  public include(source: string | Chart): void {
    if (typeof source === 'string') {
      includeYaml(this, source);
      return;
    }
    if (this.included.includes(source) || source.node.scopes.includes(this)) {
      throw new ValidationError(this, `include must take each chart once, got ${source.node.path} again; remove one`);
    }
    acceptTerraform(source.node.root);
    this.included.push(source);
    this.node.addValidation({
      validate: () => source.node.findAll().flatMap((at) => at.node.validate().map((one) => `${at.node.path}: ${one}`)),
    });
  }

  public override generateObjectName(object: ApiObject): string {
    return objectName(this, object);
  }
}

const taken = new WeakMap<object, Map<string, string>>();

/** Refuses what another construct of the app has already. */
function take(at: Construct, key: string, rule: string): void {
  const all = taken.get(at.node.root) ?? new Map<string, string>();
  taken.set(at.node.root, all);
  const other = all.get(key);
  if (other !== undefined) {
    const cure = key.split('/').length > 2 ? 'give another name' : 'set createNamespace to false';
    throw new ValidationError(at, `${rule}, got it also at ${other}; ${cure}`);
  }
  all.set(key, at.node.path);
}

function checkName(at: Located, property: string, name: string, longest: number): void {
  if (LABEL.test(name) && name.length <= longest) return;
  const got = Token.isUnresolved(name) ? 'a value of Terraform' : name;
  throw new ValidationError(
    at,
    `${property} must be lower-case letters, digits and dashes, ${longest} at most, known at synth, got ${got}`,
  );
}

function checkNamespace(objects: readonly Rendered[], namespace: string): void {
  for (const { at, manifest } of objects) {
    if (manifest.kind !== 'Namespace' || manifest.metadata.name !== namespace) continue;
    throw new ValidationError(
      at,
      `Namespace ${namespace} must not be among the objects, got it beside createNamespace, which makes it before; remove one`,
    );
  }
}
