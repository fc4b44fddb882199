export { HaCluster } from './cluster/ha-cluster';
export type { HaClusterProps } from './cluster/ha-cluster-props';
export type { ClusterPlan, NodePool } from './cluster/cluster-plan';
export type { ControlPlane } from './cluster/control-plane';
export type { ClusterPeople } from './cluster/people';
export type { NodeOptions } from './cluster/node-options';
export type { NodePackages, RegistryMirror } from './cluster/bootstrap/bootstrap-props';
export { ImportedCluster, type ImportedClusterProps } from './cluster/imported-cluster';
export type { ConnectionExec } from './cluster/connection';
export { MultiAzNodePool } from './cluster/multi-az-node-pool';
export type { WorkerCapacity } from './cluster/worker-capacity';
export type { MultiAzNodePoolProps, Taint } from './cluster/multi-az-node-pool-props';
export {
  explain,
  summarize,
  type AppSummary,
  type ClusterSummary,
  type StackSummary,
  type SummaryLine,
} from './cluster/summary';
export type { AddressCapacity, AddressPlan, ZoneRanges } from './core/address-plan';
export type { ICluster, ISelfManagedCluster } from './core/cluster';
export { ValidationError, type Located } from './core/errors';
export type { HelmOptions } from './core/helm-values';
export type { KubeProxyMode, KubernetesMinor, KubernetesRelease } from './core/kubernetes-versions';
export { PodNetworkMode, type Encapsulation, type PodNetwork } from './core/pod-network';
export type { Flow, FlowProtocol, Party, Ports } from './core/ports';
export type { ControlPlaneSlot, Quorum } from './core/quorum';
export type { ClientRate, ControlPlaneSize, EtcdDisk, MachineSize } from './core/sizes';
export type { AccessConfig, ClusterScoped, HostCloud, HostFacts, NodeDriver, Published } from './hosts/host-cloud';
export type { Identity } from './hosts/identity';
export type {
  AutoscalerHints,
  Disk,
  Machine,
  MachineGroup,
  MachineGroupWish,
  MachineTemplate,
  MachineTemplateWish,
} from './hosts/machines';
export type { Balancer, BalancerWish, Firewall, Network, NodeProxy } from './hosts/network';
export type { Bucket, SecretStore } from './hosts/storage';
export { AwsHosts } from './hosts/aws/aws-hosts';
export type { AwsHostsProps } from './hosts/aws/aws-hosts-props';
export {
  AwsImage,
  type Architecture,
  type AwsImageConfig,
  type AwsImageIdOptions,
  type AwsImageOptions,
  type AwsImageSearch,
} from './hosts/aws/image';
export { NatGateways } from './hosts/aws/nat-gateways';
export { AwsNetwork, type ExistingNetworkAttributes } from './hosts/aws/network';
export type { AwsPrivateDns } from './hosts/aws/private-names';
export type { BgpPeer } from './network/calico-bgp';
export { CalicoNetwork, type CalicoNetworkProps } from './network/calico-network';
export * as policy from './policy/policy';
export type { PodSecurityLevel } from './core/pod-security';
export { Workloads } from './render/workloads';
export type { WorkloadsProps } from './render/workloads-props';
export { writeManifests, type WriteManifestsOptions } from './render/write-manifests';
export { App } from './apps/app';
export type { AppProps, Autoscaling, ContainerProps } from './apps/app-props';
export { ArgoRolloutApp, type ArgoRolloutAppProps } from './apps/argo-rollout-app';
export type { ArgoStep, ArgoStrategy } from './apps/argo-rollout';
export { BlueGreenApp, type BlueGreenAppProps, type Colour } from './apps/blue-green-app';
export { CanaryApp, type CanaryAppProps, type CanaryBy } from './apps/canary-app';
export { ConfigCenter, type ConfigCenterProps } from './apps/config-center';
export { Connections, type Endpoint, type Neighbour } from './apps/connections';
export type { Demand } from './apps/demand';
export { EnvValue, type Environment } from './apps/environment';
export { Job, ScheduledJob } from './apps/job';
export type { JobProps, ScheduledJobProps } from './apps/job-props';
export { Probe, type ProbeOptions } from './apps/probe';
export type { Amounts, ContainerResources } from './apps/resources';
export { RollingApp, type RollingAppProps } from './apps/rolling-app';
export type { RoutedProps } from './apps/routed';
export { GatewayApiRouter, type GatewayApiRouterProps } from './apps/routers/gateway-api-router';
export { IstioRouter, type IstioRouterProps } from './apps/routers/istio-router';
export { NginxIngressRouter, type NginxIngressRouterProps } from './apps/routers/nginx-ingress-router';
export type {
  ArgoSteering,
  Match,
  Router,
  RouterCapabilities,
  RouteRule,
  RouteWish,
  Share,
  Tls,
} from './apps/routers/router';
export { SideBySide, type OwnProps } from './apps/side-by-side';
export { StatefulApp, type AppVolume, type StatefulAppProps } from './apps/stateful-app';
export { Tenant, type TenantNeeds } from './apps/tenant';
export type { QuotaNumbers } from './apps/tenant-quota';
export type { TenantCapacity, TenantGroups, TenantProps, TenantQuota } from './apps/tenant-props';
export { Version, type VersionWish } from './apps/version';
export { Workload, type ObjectBody, type WorkloadProps } from './apps/workload';
