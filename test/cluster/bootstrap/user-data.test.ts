import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Token } from 'cdktf';
import * as fc from 'fast-check';
import { load } from 'js-yaml';
import { controlPlaneFiles, workerFiles, type NodeFile } from '../../../lib/cluster/bootstrap/node-files';
import { renderUserData } from '../../../lib/cluster/bootstrap/user-data';
import { awsNodeDriver } from '../../../lib/hosts/aws/node-driver';
import { at, contentOf, pool, props } from './props';
import { messageOf } from '../../support/messages';

const driver = awsNodeDriver;
const environment = { HAC_CLUSTER: 'shop', HAC_ROLE: 'worker' };
const file = (content: string, path = '/x'): NodeFile => ({ path, mode: '0644', content });
const plain = (template: string) => template.replace(/([$%])\1\{/g, '$1{');
const compressed = (template: string) => gzipSync(plain(template), { level: 6 }).length;
const written = (template: string) =>
  (load(plain(template)) as { write_files: { path: string; permissions: string; content: string }[] }).write_files.map(
    ({ path, permissions, content }) => ({ path, mode: permissions, content }),
  );

describe('user-data', () => {
  test('holds every file as it is, after the environment', () => {
    const files = workerFiles(props(), pool);
    const [env, ...rest] = written(renderUserData(at, { files, environment, limit: 16384, driver }).text);
    expect(env).toEqual({
      path: '/etc/hacluster/node.env',
      mode: '0644',
      content: "HAC_CLUSTER='shop'\nHAC_ROLE='worker'\n",
    });
    expect(rest).toEqual(files);
  });

  test('lets nobody log in, and starts the bootstrap without waiting for it', () => {
    const { text } = renderUserData(at, { files: [], environment, limit: 16384, driver });
    expect(load(text)).toMatchObject({
      users: [{ name: 'root', lock_passwd: true }],
      ssh_pwauth: false,
      disable_root: true,
      runcmd: [
        ['systemctl', 'mask', '--now', 'ssh.service', 'ssh.socket', 'sshd.service'],
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'enable', 'hacluster-bootstrap.service'],
        ['systemctl', 'start', '--no-block', 'hacluster-bootstrap.service'],
      ],
    });
  });

  test('is a Terraform template: what looks like one in a file is escaped, a token is not', () => {
    const token = Token.asString({ resolve: () => '${aws_lb.api.dns_name}' });
    const { text } = renderUserData(at, {
      files: [file('echo ${HOME} %{if} $${x}\n')],
      environment: { HAC_ENDPOINT: `${token}:6443` },
      limit: 16384,
      driver,
    });
    expect(text).toContain('echo $${HOME} %%{if} $$${x}');
    expect(text).toContain(`HAC_ENDPOINT='${token}:6443'`);
  });

  test('text of any kind arrives as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (content) => {
        const [, only] = written(renderUserData(at, { files: [file(content)], environment, limit: 1e6, driver }).text);
        expect(only?.content).toBe(content);
      }),
    );
  });

  test('is ASCII, since nothing else survives in a document of several parts', () => {
    const { text } = renderUserData(at, {
      files: [file('für 🎉\n')],
      environment,
      limit: 16384,
      driver,
      snippets: ['#cloud-config\n{}\n'],
    });
    expect(/[^\n\x20-\x7e]/.exec(text)).toBe(null);
  });

  test('snippets are parts of their own before it, whose lists grow and whose words stay', () => {
    const { text } = renderUserData(at, {
      files: [],
      environment,
      limit: 16384,
      driver,
      snippets: ['#cloud-config\na: 1\n', '#cloud-config\nb: 2\n'],
    });
    expect(text.split('\n').slice(0, 2)).toEqual([
      'Content-Type: multipart/mixed; boundary="HACLUSTER-PART-"',
      'MIME-Version: 1.0',
    ]);
    const parts = text.split('--HACLUSTER-PART-\n').slice(1);
    expect(parts).toHaveLength(3);
    expect(
      parts.every((part) =>
        part.includes('Merge-Type: list(append)+dict(no_replace,recurse_list)+str()\n\n#cloud-config\n'),
      ),
    ).toBe(true);
    expect(parts[0]).toContain('a: 1');
    expect(parts[2]).toContain('hacluster-bootstrap.service');
    expect(text.endsWith('--HACLUSTER-PART---\n')).toBe(true);
  });

  test('is the same for the same input, whatever tokens were made before', () => {
    const wish = () => ({
      files: workerFiles(props(), pool),
      environment: { HAC_ENDPOINT: Token.asString({ resolve: () => 'x' }) },
      limit: 16384,
      driver,
    });
    expect(renderUserData(at, wish()).bytes).toBe(renderUserData(at, wish()).bytes);
  });

  test('is never larger than estimated, and the estimate leaves room for what users add', () => {
    const { text, bytes } = renderUserData(at, {
      files: workerFiles(props(), pool),
      environment,
      limit: 16384,
      driver,
    });
    expect(bytes).toBeGreaterThan(compressed(text));
    expect(bytes).toBeLessThan(14_000);
  });

  // What people put into files: a script, a list of addresses, keys, a file that was compressed before.
  const word = fc.constantFrom('server', 'address', '--config=', '/etc/ssl/certs', '10.20.', 'if [ -f', 'true', '\n');
  const content = fc.oneof(
    fc.array(word, { minLength: 50, maxLength: 2000 }).map((words) => words.join(' ')),
    fc.array(fc.ipV4(), { minLength: 5, maxLength: 400 }).map((all) => all.join('\n')),
    fc
      .array(fc.base64String({ minLength: 64, maxLength: 64 }), { minLength: 5, maxLength: 100 })
      .map((all) => all.join('\n')),
    fc.uint8Array({ minLength: 50, maxLength: 4000 }).map((bytes) => Buffer.from(bytes).toString('hex')),
  );

  test('is never larger than estimated, whatever users put into it', () => {
    fc.assert(
      fc.property(fc.array(content, { minLength: 1, maxLength: 4 }), (contents) => {
        const files = contents.map((one, index) => file(one, `/${index}`));
        const { text, bytes } = renderUserData(at, { files, environment, limit: 1e6, driver });
        expect(bytes).toBeGreaterThan(compressed(text));
      }),
      { numRuns: 100 },
    );
  });
});

describe('a bundle', () => {
  const files = controlPlaneFiles(
    props('1.36', { proxy: { httpProxy: 'http://p', httpsProxy: 'http://p', noProxy: [] } }),
  );
  const rendered = renderUserData(at, { files, environment, limit: 16384, driver });

  test('takes the files that do not fit, named by the hash of what it holds', () => {
    const { key, text } = rendered.bundle ?? { key: '', text: '' };
    expect(key).toBe(`bundle/${createHash('sha256').update(text).digest('hex')}.json`);
    expect(JSON.parse(text)).toEqual({ files });
  });

  test('is pinned by user-data, which holds only what fetches and checks it', () => {
    const small = written(rendered.text);
    expect(small.map(({ path }) => path)).toEqual([
      '/etc/hacluster/node.env',
      '/etc/hacluster/bundle.env',
      '/usr/local/lib/hacluster/fetch',
      '/usr/local/lib/hacluster/install-bundle',
      '/etc/systemd/system/hacluster-install.service',
      '/etc/hacluster/proxy.env',
    ]);
    const hash = rendered.bundle?.key.slice(7, -5) ?? '';
    expect(contentOf(small as NodeFile[], '/etc/hacluster/bundle.env')).toBe(
      `HAC_BUNDLE_KEY='bundle/${hash}.json'\nHAC_BUNDLE_SHA256='${hash}'\n`,
    );
    expect(rendered.text).toContain('hacluster-install.service]');
    expect(rendered.bytes).toBeLessThan(3000);
  });

  test('is ASCII, so that no encoding changes its hash', () => {
    const odd = renderUserData(at, {
      files: [...files, file('für 🎉\u007f\n', '/z')],
      environment,
      limit: 16384,
      driver,
    });
    expect(/[^\x20-\x7e]/.exec(odd.bundle?.text ?? '')).toBe(null);
    expect(JSON.parse(odd.bundle?.text ?? '').files.at(-1).content).toBe('für 🎉\u007f\n');
  });

  test('is made when less than a thousand bytes would be left, not before', () => {
    const { bytes } = renderUserData(at, { files: workerFiles(props(), pool), environment, limit: 16384, driver });
    const at1000 = (limit: number) =>
      renderUserData(at, { files: workerFiles(props(), pool), environment, limit, driver }).bundle === undefined;
    expect([at1000(bytes + 1000), at1000(bytes + 999)]).toEqual([true, false]);
  });

  test('is not needed by any worker on the smallest limit there is', () => {
    expect(renderUserData(at, { files: workerFiles(props(), pool), environment, limit: 16384, driver }).bundle).toBe(
      undefined,
    );
  });
});

describe('what user-data refuses', () => {
  const render = (over: object) => () => renderUserData(at, { files: [], environment, limit: 16384, driver, ...over });

  test('fails when a snippet is no cloud-config', () => {
    expect(render({ snippets: ['#cloud-config\n', '#!/bin/sh\necho\n'] })).toThrow(
      new Error(
        '[shop/Cluster] nodeSnippets[1] must be a cloud-config document, got one that begins with "#!/bin/sh"; let its first line be #cloud-config',
      ),
    );
  });

  test('fails when a snippet holds more than ASCII', () => {
    expect(render({ snippets: ['#cloud-config\n# für\n'] })).toThrow(
      new Error(
        '[shop/Cluster] nodeSnippets[0] must be ASCII, got "ü"; write other characters as escapes in double quotes',
      ),
    );
  });

  test('fails when a value of the environment could end its quotes', () => {
    expect(render({ environment: { HAC_CLUSTER: "a'b" } })).toThrow(
      new Error("[shop/Cluster] HAC_CLUSTER must hold no quote, backslash or newline, got a'b; choose a plain value"),
    );
  });

  test('fails when it is too large even with a bundle', () => {
    let noise = '';
    for (let i = 0; i < 600; i++) noise += createHash('sha256').update(String(i)).digest('base64');
    const snippets = [`#cloud-config\n# ${noise}\n`];
    const bytes = /got (\d+)/.exec(messageOf(render({ snippets })))?.[1] ?? '';
    expect(Number(bytes)).toBeGreaterThan(15384);
    expect(messageOf(render({ snippets, limit: 10000 }))).toBe(
      `[shop/Cluster] nodeSnippets must leave user-data at most 9000 bytes when compressed, got ${bytes}; put large files into the image, or let a snippet fetch them`,
    );
  });
});
