import { join } from 'node:path';
import { Release } from '@cdktf/provider-helm/lib/release';
import { AssetType, TerraformAsset, type ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { OWN_CHARTS } from '../charts';
import type { ISelfManagedCluster } from '../core/cluster';
import { ValidationError } from '../core/errors';
import { checkValues, helmValues, type HelmOptions } from '../core/helm-values';
import { bgpObjects, type BgpPeer } from './calico-bgp';
import { CALICO_KEYS } from './calico-keys';
import { calicoValues } from './calico-values';

// The last minor whose chart carries its CRDs. From 3.32 on they are a chart of their own, which does not reliably fit
// the 1 MiB that Kubernetes allows Helm for a release, and which upstream installs by kubectl: no way for Terraform.
const CHART_VERSION = 'v3.31.7';
const FIRST_WITHOUT_CRDS = [3, 32] as const;
const INSTALL_SECONDS = 900;
const OBJECTS_CHART = join(OWN_CHARTS, 'objects');

/** Properties of a `CalicoNetwork`. */
export interface CalicoNetworkProps extends HelmOptions {
  /** The cluster whose pods it connects. */
  readonly cluster: ISelfManagedCluster;

  /**
   * Where the chart is.
   *
   * @default https://docs.tigera.io/calico/charts
   */
  readonly chartRepository?: string;

  /**
   * Whether somebody else installs Calico's CRDs before, which charts from 3.32 on need.
   *
   * @default false
   * @see https://github.com/projectcalico/calico/issues/12860
   */
  readonly skipCrds?: boolean;

  /**
   * A registry, and path in it, that mirrors quay.io, such as `registry.example/quay`.
   *
   * @default - quay.io
   */
  readonly imageRegistry?: string;

  /**
   * Secrets in namespace `tigera-operator` that images are pulled with; namespace and Secrets must be there before.
   *
   * @default - none
   */
  readonly imagePullSecretNames?: readonly string[];

  /**
   * Fields of the default FelixConfiguration.
   *
   * @default - Felix's own, with usage reporting off
   * @see https://docs.tigera.io/calico/latest/reference/resources/felixconfig
   */
  readonly felixConfiguration?: Readonly<Record<string, unknown>>;

  /**
   * Routers outside the cluster that nodes tell routes to pods; needs a pod network with BGP.
   *
   * @default - none
   */
  readonly bgpPeers?: readonly BgpPeer[];

  /**
   * The cluster's autonomous system; needs a pod network with BGP.
   *
   * @default - Calico's own: 64512
   */
  readonly asNumber?: number;
}

/**
 * The pod network, run by Calico: mode, addresses, MTU and dataplane are those the cluster chose.
 *
 * Calico of this chart is said to be tested on Kubernetes 1.32 to 1.35; on newer versions it was not tried.
 *
 * @throws ValidationError when the stack is not connected, for a key the chart does not know, and for a chart without CRDs
 * @example
 * cluster.connect(platform);
 * new CalicoNetwork(platform, 'Network', { cluster });
 */
export class CalicoNetwork extends Construct {
  /** What pods that need a network wait for. */
  public readonly ready: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, props: CalicoNetworkProps) {
    super(scope, id);
    const { cluster, chartRepository = 'https://docs.tigera.io/calico/charts', chartVersion = CHART_VERSION } = props;
    const { imageRegistry = '', imagePullSecretNames = [], felixConfiguration = {}, values = {} } = props;
    const { skipCrds = false, bgpPeers = [], asNumber } = props;
    cluster.requireConnected(this);
    checkChart(this, chartVersion, skipCrds);
    checkValues(this, 'values', values, CALICO_KEYS);
    if (props.felixConfiguration) {
      checkValues(this, 'felixConfiguration', { defaultFelixConfiguration: felixConfiguration }, CALICO_KEYS);
    }

    const operator = new Release(this, 'Resource', {
      name: 'calico',
      namespace: 'tigera-operator',
      createNamespace: true,
      repository: chartRepository,
      chart: 'tigera-operator',
      version: chartVersion,
      ...(skipCrds ? { skipCrds } : {}),
      timeout: INSTALL_SECONDS,
      values: helmValues(calicoValues(cluster, { imageRegistry, imagePullSecretNames, felixConfiguration }), values),
    });
    this.node.defaultChild = operator;
    this.ready = [operator];
    const objects = bgpObjects(this, cluster.podNetwork, bgpPeers, asNumber);
    if (objects.length === 0) return;

    // A release of its own, after the operator's: its kinds are unknown until that one's CRDs are there.
    const chart = new TerraformAsset(this, 'Objects', { path: OBJECTS_CHART, type: AssetType.DIRECTORY });
    const bgp = new Release(this, 'Bgp', {
      name: 'calico-bgp',
      namespace: 'tigera-operator',
      chart: chart.path,
      values: helmValues({ objects }),
      dependsOn: [operator],
    });
    this.ready = [operator, bgp];
  }
}

function checkChart(at: Construct, version: string, skipCrds: boolean): void {
  const [, major, minor] = /^v?(\d+)\.(\d+)\.\d+/.exec(version) ?? [];
  if (major === undefined || minor === undefined) {
    throw new ValidationError(
      at,
      `chartVersion must be an exact version, got ${version}; write it as ${CHART_VERSION}`,
    );
  }
  const [firstMajor, firstMinor] = FIRST_WITHOUT_CRDS;
  const lacksCrds = Number(major) > firstMajor || (Number(major) === firstMajor && Number(minor) >= firstMinor);
  if (lacksCrds && !skipCrds) {
    throw new ValidationError(
      at,
      `chartVersion must be below v${firstMajor}.${firstMinor}.0, from which on the chart carries no CRDs, got ${version}; install them yourself and set skipCrds, or leave it out`,
    );
  }
}
