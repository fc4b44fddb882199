import { App, Fn, TerraformOutput, TerraformStack, Testing, Token } from 'cdktf';
import { aws, awsLookups, awsSpec, AwsProvider, ephemeralSsmParameter } from '../../lib/bindings/aws';
import { awsData, awsEphemeral, awsProvider, awsResources } from '../../lib/bindings/aws.table';
import { escapeTemplate, resource } from '../../lib/bindings/l1';
import { nearest } from '../../lib/core/nearest';
import { AWS_SCHEMA, checkAgainstSchema } from '../support/schema';
import { messageOf as messageOfAny } from '../support/messages';

const stackOf = () => new TerraformStack(new App(), 'stack');
const x = (declare: (stack: TerraformStack) => unknown): any => {
  const stack = stackOf();
  new AwsProvider(stack, 'Aws', { region: 'eu-central-1' });
  declare(stack);
  return JSON.parse(Testing.synth(stack, true));
};
const messageOf = (declare: (stack: TerraformStack) => unknown) => messageOfAny(() => declare(stackOf()));
const wish = { vpc_id: 'vpc-1' };

describe('a resource from a table', () => {
  test('is emitted with its arguments and without those that are undefined', () => {
    const json = x((stack) => new aws.Subnet(stack, 'Subnet', { ...wish, cidr_block: undefined, tags: { aB: 'c' } }));
    expect(json.resource.aws_subnet.Subnet).toEqual({ vpc_id: 'vpc-1', tags: { aB: 'c' } });
  });

  test('is referred to by what it is, alone, in a text, and in another stack', () => {
    const app = Testing.app();
    const [near, far] = ['near', 'far'].map((name) => {
      const stack = new TerraformStack(app, name);
      new AwsProvider(stack, 'Aws', { region: 'eu-central-1' });
      return stack;
    }) as [TerraformStack, TerraformStack];
    const subnet = new aws.Subnet(near, 'Subnet', wish);
    const zone = new awsLookups.Partition(near, 'Known', {});
    expect(subnet.text('arn')).toBe(subnet.text('arn'));
    for (const stack of [near, far]) {
      new TerraformOutput(stack, 'Out', { value: `${subnet.id} ${zone.text('partition')}`, staticId: true });
      new TerraformOutput(stack, 'Cut', { value: Fn.substr(subnet.id, 0, 3), staticId: true });
    }
    const outputs = (stack: TerraformStack) => JSON.parse(Testing.synth(stack, true)).output;
    app.synth();
    expect(outputs(near)).toMatchObject({
      Out: { value: '${aws_subnet.Subnet.id} ${data.aws_partition.Known.partition}' },
      Cut: { value: '${substr(aws_subnet.Subnet.id, 0, 3)}' },
    });
    const remote = 'data.terraform_remote_state.cross-stack-reference-input-near.outputs.cross-stack-output-';
    expect(outputs(far)).toMatchObject({
      Out: {
        value: `\${${remote}aws_subnetSubnetid} \${${remote}dataaws_partitionKnownpartition}`,
      },
      Cut: { value: `\${substr(${remote}aws_subnetSubnetid, 0, 3)}` },
    });
  });

  test('keeps blocks in blocks', () => {
    const json = x(
      (stack) =>
        new aws.LaunchTemplate(stack, 'Template', {
          block_device_mappings: [{ device_name: 'a', ebs: { volume_size: 1, iops: undefined } }],
        }),
    );
    const [mapping] = json.resource.aws_launch_template.Template.block_device_mappings;
    expect(mapping).toEqual({ device_name: 'a', ebs: { volume_size: 1 } });
  });

  test('gives attributes of every kind, which other resources may take', () => {
    const json = x((stack) => {
      const subnet = new aws.Subnet(stack, 'Subnet', wish);
      const other = new aws.Vpc(stack, 'Vpc', { cidr_block: subnet.text('cidr_block') });
      new aws.IngressRule(stack, 'Rule', {
        security_group_id: other.id,
        ip_protocol: 'tcp',
        from_port: subnet.num('port'),
      });
      new aws.Lb(stack, 'Lb', { subnets: subnet.list('ids') });
    });
    expect(json.resource.aws_vpc.Vpc.cidr_block).toBe('${aws_subnet.Subnet.cidr_block}');
    expect(json.resource.aws_vpc_security_group_ingress_rule.Rule).toMatchObject({
      security_group_id: '${aws_vpc.Vpc.id}',
      from_port: '${aws_subnet.Subnet.port}',
    });
    expect(json.resource.aws_lb.Lb.subnets).toBe('${aws_subnet.Subnet.ids}');
  });

  test('takes a life cycle, an order and an override', () => {
    const json = x((stack) => {
      const vpc = new aws.Vpc(stack, 'Vpc', {}, { lifecycle: { ignoreChanges: ['tags'], preventDestroy: true } });
      new aws.Eip(stack, 'Eip', {}, { dependsOn: [vpc] }).addOverride('public_ipv4_pool', 'amazon');
    });
    expect(json.resource.aws_vpc.Vpc.lifecycle).toEqual({ ignore_changes: ['tags'], prevent_destroy: true });
    expect(json.resource.aws_eip.Eip).toMatchObject({ depends_on: ['aws_vpc.Vpc'], public_ipv4_pool: 'amazon' });
  });

  test('names its provider and the range of versions', () => {
    const json = x((stack) => new aws.Vpc(stack, 'Vpc', {}));
    expect(json.terraform.required_providers.aws).toEqual({ source: awsSpec.source, version: awsSpec.version });
    expect(json.provider.aws).toEqual([{ region: 'eu-central-1' }]);
  });

  test('lets through what is known at apply only', () => {
    const declare = (stack: TerraformStack) => {
      const any = Token.asAny({ resolve: () => '${local.x}' });
      new aws.LaunchTemplate(stack, 'Template', { metadata_options: any, tags: any } as never);
    };
    expect(x(declare).resource.aws_launch_template.Template).toMatchObject({
      metadata_options: '${local.x}',
      tags: '${local.x}',
    });
  });

  test('is refused by the compiler for a wrong, missing or unknown argument', () => {
    const declare = (stack: TerraformStack) => [
      // @ts-expect-error a required argument is missing
      () => new aws.Subnet(stack, 'A', {}),
      // @ts-expect-error the type is wrong
      () => new aws.Subnet(stack, 'B', { vpc_id: 1 }),
      // @ts-expect-error the argument is unknown
      () => new aws.Subnet(stack, 'C', { ...wish, cidr: 'x' }),
      // @ts-expect-error an argument of a block is missing
      () => new aws.LbListener(stack, 'D', { load_balancer_arn: 'x', default_action: [{}] }),
      // @ts-expect-error a block is missing
      () => new aws.LbListener(stack, 'E', { load_balancer_arn: 'x' }),
      // @ts-expect-error a block is not a text
      () => new aws.LaunchTemplate(stack, 'F', { metadata_options: 'required' }),
      // @ts-expect-error the argument of a data source is unknown
      () => new awsLookups.Ami(stack, 'G', { owner: 'self' }),
      // @ts-expect-error an argument of an ephemeral resource is missing
      () => ephemeralSsmParameter(stack, 'h', {}),
    ];
    const counted = declare(stackOf()).filter((one) => messageOf(() => one()) !== 'nothing was thrown');
    expect(counted).toHaveLength(8);
  });
});

describe('at run time, a resource fails when', () => {
  test.each<[string, (stack: TerraformStack) => unknown, string]>([
    [
      'an argument is unknown',
      (stack) => new aws.Subnet(stack, 'Subnet', { ...wish, cidr: '10.0.0.0/8' } as never),
      '[stack/Subnet] cidr must be an argument of aws_subnet, got "10.0.0.0/8"; use cidr_block',
    ],
    [
      'an argument is misspelt',
      (stack) => new aws.Subnet(stack, 'Subnet', { ...wish, cidr_blok: ['10.0.0.0/8'] } as never),
      '[stack/Subnet] cidr_blok must be an argument of aws_subnet, got ["10.0.0.0/8"]; use cidr_block',
    ],
    [
      'there are no arguments at all',
      (stack) => new awsLookups.CallerIdentity(stack, 'Account', { id: 1 }),
      '[stack/Account] id must be an argument of aws_caller_identity, got 1; use none: it takes no arguments',
    ],
    [
      'an argument is missing',
      (stack) => new aws.Subnet(stack, 'Subnet', { vpc_id: undefined } as never),
      '[stack/Subnet] vpc_id must be given to aws_subnet, got nothing; add it',
    ],
    [
      'a text is a number',
      (stack) => new aws.Subnet(stack, 'Subnet', { vpc_id: 7 } as never),
      '[stack/Subnet] vpc_id of aws_subnet must be a string, got 7; give one',
    ],
    [
      'a switch is a text',
      (stack) => new aws.Vpc(stack, 'Vpc', { enable_dns_support: 'yes' } as never),
      '[stack/Vpc] enable_dns_support of aws_vpc must be true or false, got "yes"; give one',
    ],
    [
      'a list is a text',
      (stack) => new aws.Lb(stack, 'Lb', { subnets: 'a' } as never),
      '[stack/Lb] subnets of aws_lb must be a list of strings, got "a"; give one',
    ],
    [
      'a map holds a number',
      (stack) => new aws.Vpc(stack, 'Vpc', { tags: { a: 1 } } as never),
      '[stack/Vpc] tags of aws_vpc must be a map of strings, got {"a":1}; give one',
    ],
    [
      'a list of numbers holds a text',
      (stack) => new (resource(awsSpec, 'aws_x', { ports: 'numbers!' }))(stack, 'X', { ports: ['a'] } as never),
      '[stack/X] ports of aws_x must be a list of numbers, got ["a"]; give one',
    ],
    [
      'an argument of a block in a list is unknown',
      (stack) => new aws.LaunchTemplate(stack, 'T', { block_device_mappings: [{ ebs: { size: 1 } }] } as never),
      '[stack/T] block_device_mappings[0].ebs.size must be an argument of aws_launch_template, got 1; use volume_size',
    ],
    [
      'a block is a list',
      (stack) => new aws.LaunchTemplate(stack, 'T', { metadata_options: [] } as never),
      '[stack/T] metadata_options of aws_launch_template must be a block, got []; give one',
    ],
    [
      'a list of blocks is a block',
      (stack) => new aws.LaunchTemplate(stack, 'T', { tag_specifications: {} } as never),
      '[stack/T] tag_specifications of aws_launch_template must be a list of blocks, got {}; give one',
    ],
    [
      'the provider gets an unknown argument',
      (stack) => new AwsProvider(stack, 'Aws', { regio: 'x' } as never),
      '[stack/Aws] regio must be an argument of aws, got "x"; use region',
    ],
    [
      'an ephemeral resource lacks an argument',
      (stack) => ephemeralSsmParameter(stack, 'admin', {} as never),
      '[stack] arn must be given to aws_ssm_parameter, got nothing; add it',
    ],
  ])('%s', (_, declare, message) => {
    expect(messageOf(declare)).toBe(message);
  });

  test.each<[string, (stack: TerraformStack) => { toHclTerraform(): unknown }, string]>([
    ['a resource', (stack) => new aws.Vpc(stack, 'X', {}), 'X'],
    ['a data source', (stack) => new awsLookups.Partition(stack, 'X', {}), 'X'],
    ['a provider', (stack) => new AwsProvider(stack, 'X', {}), 'X'],
  ])('the output is to be HCL: %s', (_, declare, id) => {
    expect(() => declare(stackOf()).toHclTerraform()).toThrow(
      `[stack/${id}] synth output must be JSON, got HCL, in which cdktf loses ephemeral resources; leave --hcl out`,
    );
  });
});

test('a data source gives attributes of every kind', () => {
  const json = x((stack) => {
    const ami = new awsLookups.Ami(stack, 'Ami', { owners: ['self'] });
    new TerraformOutput(stack, 'Out', { value: [ami.id, ami.text('name'), ami.num('size'), ami.list('tags')] });
  });
  expect(json.output.Out.value).toEqual([
    '${data.aws_ami.Ami.id}',
    '${data.aws_ami.Ami.name}',
    '${data.aws_ami.Ami.size}',
    '${data.aws_ami.Ami.tags}',
  ]);
});

test('an ephemeral resource is declared and referred to', () => {
  const json = x((stack) => {
    const value = ephemeralSsmParameter(stack, 'admin', { arn: 'arn:x' });
    new TerraformOutput(stack, 'Out', { value: value('value') });
  });
  expect(json.ephemeral).toEqual({ aws_ssm_parameter: { admin: { arn: 'arn:x' } } });
  expect(json.output.Out.value).toBe('${ephemeral.aws_ssm_parameter.admin.value}');
});

test.each([
  ['echo ${HOME}', 'echo $${HOME}'],
  ['curl -w %{http_code}', 'curl -w %%{http_code}'],
  ['$5 100% {}', '$5 100% {}'],
  ['$${a}', '$$${a}'],
])('%s is escaped for templates as %s', (text, escaped) => {
  expect(escapeTemplate(text)).toBe(escaped);
});

test('the nearest word is the one with the fewest edits', () => {
  expect(nearest('Podcidr', ['serviceCidr', 'podCidr', 'pods'])).toBe('podCidr');
  expect(nearest('cidr', ['tags', 'cidr_block'])).toBe('cidr_block');
  expect(nearest('x', [])).toBeUndefined();
});

describe('the tables', () => {
  /** Whether everything a table says stands in the schema, with the same kind. */
  const differences = (table: any, schema: any, at: string): string[] => {
    const own = Object.entries(table).flatMap(([name, kind]: [string, any]) => {
      const other = schema[name];
      if (other === undefined) return [`${at}.${name} is not in the schema`];
      if (typeof kind === 'string')
        return kind === other ? [] : [`${at}.${name} is ${JSON.stringify(other)}, not ${kind}`];
      const form = 'one' in kind ? 'one' : 'many';
      if (other.needed !== kind.needed) return [`${at}.${name} differs in being needed`];
      if (!(form in other)) return [`${at}.${name} is not ${form}`];
      return differences(kind[form], other[form], `${at}.${name}`);
    });
    const lost = Object.entries(schema)
      .filter(
        ([name, kind]: [string, any]) =>
          (kind.needed || (typeof kind === 'string' && kind.endsWith('!'))) && !(name in table),
      )
      .map(([name]) => `${at}.${name} is required and not in the table`);
    return [...own, ...lost];
  };

  test.each([
    ['resources', awsResources, AWS_SCHEMA.resources],
    ['data', awsData, AWS_SCHEMA.data],
    ['ephemeral', awsEphemeral, AWS_SCHEMA.ephemeral],
    ['provider', { aws: awsProvider }, { aws: AWS_SCHEMA.provider }],
  ])('%s say what the provider says', (_, tables: Record<string, any>, schemas: Record<string, any>) => {
    expect(Object.entries(tables).flatMap(([type, table]) => differences(table, schemas[type], type))).toEqual([]);
    expect(Object.keys(tables)).toEqual(Object.keys(schemas));
  });

  test('have a class for each of their types', () => {
    const given = (table: object) =>
      Object.fromEntries(
        Object.entries(table)
          .filter(([, kind]) => (typeof kind === 'string' ? kind.endsWith('!') : kind.needed))
          .map(([name]) => [name, Token.asAny({ resolve: () => '' })]),
      );
    const everything = (tables: object) =>
      Object.values(tables).reduce((all, table) => ({ ...all, ...given(table) }), {});
    const typeOf = (Class: any, tables: object): string => {
      // What another type needs is unknown to this one; the message says which type it is.
      const message = messageOf((stack) => new Class(stack, 'X', { ...everything(tables), _: 1 }));
      return /argument of (\w+)/.exec(message)?.[1] ?? message;
    };
    expect(
      Object.values(aws)
        .map((Class) => typeOf(Class, awsResources))
        .sort(),
    ).toEqual(Object.keys(awsResources));
    expect(
      Object.values(awsLookups)
        .map((Class) => typeOf(Class, awsData))
        .sort(),
    ).toEqual(Object.keys(awsData));
  });
});

describe('the check of whole stacks', () => {
  const stackWith = (resource: object, rest: object = {}) => checkAgainstSchema({ resource, ...rest });

  test('passes what is right', () => {
    const vpc = { vpc_id: '${x}', map_public_ip_on_launch: '${y}', tags: { a: 'b' }, depends_on: [], '//': {} };
    expect(
      stackWith({ aws_subnet: { A: vpc }, terraform_data: { B: {} } }, { provider: { aws: [{ region: 'x' }] } }),
    ).toEqual([]);
  });

  test('finds what is wrong', () => {
    expect(
      stackWith(
        {
          aws_subnet: { A: { cidr: 'x', tags: { a: 1 }, lifecycle: { ignore_changes: ['nothing'] } } },
          aws_lb: { B: { subnets: [1], internal: 'yes' } },
          aws_lb_listener: { C: { load_balancer_arn: 'x', port: 'x', default_action: [{ type: 'a' }, {}] } },
          aws_launch_template: { D: { metadata_options: [{}, {}] } },
          aws_unheard: { E: {} },
        },
        { provider: { aws: [{ regio: 'x' }] } },
      ),
    ).toEqual([
      'aws_subnet.A.cidr is unknown',
      'aws_subnet.A.tags is no map',
      'aws_subnet.A.vpc_id is missing',
      'aws_subnet.A ignores nothing, which is unknown',
      'aws_lb.B.subnets is no strings',
      'aws_lb.B.internal is no bool',
      'aws_lb_listener.C.port is no number',
      'aws_lb_listener.C.default_action[1].type is missing',
      'aws_launch_template.D.metadata_options is there more than once',
      'resource aws_unheard is not in the schema',
      'provider.aws.regio is unknown',
    ]);
  });
});
