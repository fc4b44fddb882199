import type { AutoScalingGroup, Instance, TagDescription } from '@aws-sdk/client-auto-scaling';
import {
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { CloudSession, CurrentCluster, GroupMachine, MachineGroup } from '../cloud';
import { Failure } from '../exits';

/** AWS, in the name of whoever the SDK finds: environment, profile, single sign-on, the machine's role. */
export class AwsSession implements CloudSession {
  private readonly ssm: SSMClient;
  private found: Promise<CurrentCluster> | undefined;

  constructor(
    private readonly cluster: string,
    private readonly region: string,
  ) {
    this.ssm = new SSMClient({ region });
  }

  public current(): Promise<CurrentCluster> {
    return (this.found ??= this.find());
  }

  public async readSecret(name: string): Promise<string | undefined> {
    return this.read(await this.path(name));
  }

  public async createSecret(name: string, value: string): Promise<void> {
    const Name = await this.path(name);
    await this.ssm.send(new PutParameterCommand({ Name, Value: value, Type: 'String', Overwrite: false }));
  }

  public async writeSecret(name: string, value: string): Promise<void> {
    const Name = await this.path(name);
    // Without its key it would be encrypted by the account's own from now on.
    const { Parameters: [now] = [] } = await this.ssm.send(
      new DescribeParametersCommand({ ParameterFilters: [{ Key: 'Name', Option: 'Equals', Values: [Name] }] }),
    );
    if (!now) throw new Failure(`the secret store holds no ${name}; was the hosts' stack applied?`);
    const { Type, KeyId } = now;
    await this.ssm.send(new PutParameterCommand({ Name, Value: value, Type, KeyId, Overwrite: true }));
  }

  public async deleteSecrets(names: readonly string[]): Promise<void> {
    // A call for several may take them in any order.
    for (const name of names) await this.ssm.send(new DeleteParametersCommand({ Names: [await this.path(name)] }));
  }

  public async groups(): Promise<MachineGroup[]> {
    const { uid } = await this.current();
    const { AutoScalingClient, paginateDescribeAutoScalingGroups } = await import('@aws-sdk/client-auto-scaling');
    const client = new AutoScalingClient({ region: this.region });
    const groups: AutoScalingGroup[] = [];
    const Filters = [{ Name: 'tag:hacluster:cluster', Values: [uid] }];
    for await (const page of paginateDescribeAutoScalingGroups({ client }, { Filters })) {
      groups.push(...(page.AutoScalingGroups ?? []));
    }
    const versions = await this.latestVersions(groups.map(templateOf));
    return groups
      .map((group) => groupOf(group, versions.get(templateOf(group)) ?? ''))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  public async terminate(machineId: string): Promise<void> {
    const { AutoScalingClient, TerminateInstanceInAutoScalingGroupCommand } =
      await import('@aws-sdk/client-auto-scaling');
    await new AutoScalingClient({ region: this.region }).send(
      new TerminateInstanceInAutoScalingGroupCommand({
        InstanceId: machineId,
        ShouldDecrementDesiredCapacity: false,
      }),
    );
  }

  /** A group says `$Latest`, and of a machine the number it was started from: only EC2 knows what is the latest. */
  private async latestVersions(templates: readonly string[]): Promise<Map<string, string>> {
    const ids = [...new Set(templates)].filter((id) => id !== '');
    if (ids.length === 0) return new Map();
    const { EC2Client, paginateDescribeLaunchTemplates } = await import('@aws-sdk/client-ec2');
    const client = new EC2Client({ region: this.region });
    const found = new Map<string, string>();
    for await (const { LaunchTemplates = [] } of paginateDescribeLaunchTemplates(
      { client },
      { LaunchTemplateIds: ids },
    )) {
      for (const { LaunchTemplateId = '', LatestVersionNumber = '' } of LaunchTemplates) {
        found.set(LaunchTemplateId, String(LatestVersionNumber));
      }
    }
    return found;
  }

  private async path(name: string): Promise<string> {
    return `/hacluster/${this.cluster}/${(await this.current()).uid}/${name}`;
  }

  private async read(Name: string): Promise<string | undefined> {
    try {
      const { Parameter } = await this.ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
      return Parameter?.Value;
    } catch (error) {
      if (error instanceof ParameterNotFound) return undefined;
      throw error;
    }
  }

  private async find(): Promise<CurrentCluster> {
    const name = `/hacluster/${this.cluster}/current`;
    const text = await this.read(name);
    if (text !== undefined) return JSON.parse(text) as CurrentCluster;
    throw new Failure(
      `there is no cluster ${this.cluster} in ${this.region} (no parameter ${name}); are --cluster, --region and the account right?`,
    );
  }
}

function templateOf({ LaunchTemplate, MixedInstancesPolicy }: AutoScalingGroup): string {
  const mixed = MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification;
  return (LaunchTemplate ?? mixed)?.LaunchTemplateId ?? '';
}

function groupOf(group: AutoScalingGroup, latestVersion: string): MachineGroup {
  const tag = (key: string) => group.Tags?.find(({ Key }: TagDescription) => Key === key)?.Value;
  return {
    name: group.AutoScalingGroupName ?? '',
    role: tag('hacluster:role') === 'control-plane' ? 'control-plane' : 'worker',
    pool: tag('hacluster:pool'),
    zones: [...(group.AvailabilityZones ?? [])].sort(),
    min: group.MinSize ?? 0,
    max: group.MaxSize ?? 0,
    desired: group.DesiredCapacity ?? 0,
    template: { id: templateOf(group), latestVersion },
    machines: (group.Instances ?? []).map(machineOf),
  };
}

function machineOf({
  InstanceId = '',
  AvailabilityZone = '',
  LifecycleState: state,
  LaunchTemplate,
}: Instance): GroupMachine {
  return { id: InstanceId, zone: AvailabilityZone, state: state ?? '', templateVersion: LaunchTemplate?.Version };
}
