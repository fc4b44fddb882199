import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { SCRIPTS } from '../../../lib/cluster/bootstrap/scripts.table';
import { awsNodeDriver } from '../../../lib/hosts/aws/node-driver';
import { AWS_SCRIPTS } from '../../../lib/hosts/aws/node.table';

const lib = join(__dirname, '../../../lib');
const tables = [
  { folder: join(lib, 'cluster/bootstrap/scripts'), table: SCRIPTS as Record<string, string> },
  { folder: join(lib, 'hosts/aws/node'), table: AWS_SCRIPTS as Record<string, string> },
];

describe('node scripts', () => {
  test.each(tables)(
    'the table of $folder holds its files as they are; else run scripts/embed.mjs',
    ({ folder, table }) => {
      const files = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== 'embed.mjs')
        .map((entry) => join(entry.parentPath, entry.name))
        .sort();
      expect(Object.keys(table).sort()).toEqual(files.map((file) => relative(folder, file)).sort());
      for (const file of files) expect(table[relative(folder, file)]).toBe(readFileSync(file, 'utf8'));
    },
  );

  const all = Object.entries({ ...SCRIPTS, ...AWS_SCRIPTS });

  test('each is small enough to be read at once', () => {
    const long = all.filter(([name, text]) => text.split('\n').length > (name === 'driver.sh' ? 220 : 125));
    expect(long.map(([name, text]) => [name, text.split('\n').length])).toEqual([]);
  });

  test('each program stops at the first error, at an unset name, and in the middle of a pipe', () => {
    const programs = all.filter(([name]) => name.startsWith('sbin/'));
    for (const [name, text] of programs)
      expect([name, text.includes('\nsource /usr/local/lib/hacluster/common.sh\n')]).toEqual([name, true]);
    expect(SCRIPTS['lib/common.sh']).toContain('set -Eeuo pipefail\numask 077\n');
  });

  test('none puts a key on a command line', () => {
    for (const [name, text] of all)
      expect([name, /--user |-u "?\$|SecretAccessKey.*curl/.test(text)]).toEqual([name, false]);
  });

  test('every script of the library that a program names is there', () => {
    for (const [, text] of all) {
      for (const [, name = ''] of text.matchAll(/\/usr\/local\/lib\/hacluster\/([a-z-]+\.sh)/g)) {
        expect(['driver.sh', ...Object.keys(SCRIPTS).map((key) => key.replace(/^lib\//, ''))]).toContain(name);
      }
    }
  });

  test('every unit that is enabled or started is there', () => {
    const known = [
      ...Object.keys(SCRIPTS).map((key) => key.replace(/^(units|bundle)\//, '')),
      'hacluster-snapshot.timer',
    ];
    for (const [, text] of all)
      for (const [unit] of text.matchAll(/hacluster-[a-z]+\.(service|timer)/g)) expect(known).toContain(unit);
  });
});

describe('the driver of AWS', () => {
  test('lists exactly the calls that its scripts make', () => {
    const services: Record<string, string> = { ssm_call: 'ssm', s3_call: 's3', ec2_call: 'ec2' };
    const made = new Set<string>();
    for (const text of [awsNodeDriver.library, awsNodeDriver.fetch]) {
      for (const [, call = '', action = ''] of text.matchAll(/\b(ssm_call|s3_call|ec2_call) ([A-Z]\w+)/g))
        made.add(`${services[call] ?? ''}:${action}`);
    }
    // What begins with a dash or a comment is the definition; everything signed goes through one of the three.
    expect(awsNodeDriver.library.match(/aws_signed (ssm|s3|ec2) /g)).toHaveLength(3);
    made.delete('ssm:ACTION');
    made.delete('s3:ACTION');
    made.delete('ec2:ACTION');
    expect([...made].sort()).toEqual([...awsNodeDriver.calls]);
  });

  test('brings every function that node scripts call', () => {
    for (const name of [
      'cloud_facts',
      'secret_get',
      'secret_create',
      'secret_put',
      'secret_list',
      'secret_written',
      'object_get',
      'object_put',
      'machine_state',
      'machine_facts',
      'machine_gone',
    ]) {
      expect(awsNodeDriver.library).toContain(`\n${name}() {`);
    }
  });
});
