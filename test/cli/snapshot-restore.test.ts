import { EXITS } from '../../cli/exits';
import { FakeStage } from './stage';

describe('snapshot', () => {
  const words = ['snapshot', '--cluster', 'shop'];
  const store = (stage: FakeStage, times = 3) => {
    stage.meanwhile = (waited) => {
      const notes = stage.kube.configMaps.get('hacluster-snapshot') ?? {};
      if (waited < times) return;
      Object.assign(notes, { done: notes.request, key: 'snapshots/u/k.db', revision: '1000000042', keys: '7' });
    };
  };

  test('waits until the leader has stored it, and says what', async () => {
    const stage = new FakeStage();
    store(stage);
    expect(await stage.run(...words)).toBe(EXITS.DONE);
    expect(stage.out).toBe('stored snapshots/u/k.db: revision 1000000042, 7 keys, after 6 s\n');
    expect(stage.err).toBe('asked; the etcd leader looks every 15 seconds\n');
  });

  test('says it to programs too, and asks anew each time', async () => {
    const stage = new FakeStage();
    stage.kube.configMaps.set('hacluster-snapshot', { request: 'old', done: 'old', key: 'snapshots/u/old.db' });
    store(stage);
    expect(await stage.run(...words, '--json')).toBe(EXITS.DONE);
    expect(stage.json).toEqual({ key: 'snapshots/u/k.db', revision: 1000000042, keys: 7, seconds: 6 });
  });

  test('a snapshot that somebody asked for afterwards is as good', async () => {
    const stage = new FakeStage();
    stage.meanwhile = () => {
      stage.kube.configMaps.set('hacluster-snapshot', {
        request: 'other',
        done: 'other',
        key: 'k',
        revision: '1',
        keys: '1',
      });
    };
    expect(await stage.run(...words)).toBe(EXITS.DONE);
  });

  test('fails when nobody stores one', async () => {
    const stage = new FakeStage();
    expect(await stage.run(...words, '--timeout', '10')).toBe(EXITS.FAILED);
    expect(stage.err.split('\n')[1]).toBe(
      'snapshot: no snapshot was stored within 10 s; see `status` for the leader, and there `journalctl -u hacluster-requests`',
    );
  });
});

describe('restore', () => {
  const words = ['restore', '--cluster', 'shop'];
  const lost = () => {
    const stage = new FakeStage();
    stage.cloud.secrets.set('state', '{"phase":"initialized","by":"i-0"}');
    stage.cloud.secrets.set('public/ca.crt', 'PEM');
    stage.cloud.all = [
      {
        name: 'shop-control-plane-a',
        role: 'control-plane',
        zones: ['z'],
        min: 1,
        max: 1,
        desired: 1,
        template: { id: 't', latestVersion: '1' },
        machines: [{ id: 'i-1', zone: 'z', state: 'InService', templateVersion: '1' }],
      },
    ];
    return stage;
  };

  test('says what it would do, and does nothing, without a yes', async () => {
    const stage = lost();
    expect(await stage.run(...words)).toBe(EXITS.USAGE);
    expect(stage.out).toBe(
      [
        'nothing was done; with --yes, cluster shop is made again from LATEST: what was written after it is lost',
        'phase now: initialized; no API server answers at api.shop.test:6443, as seen from here',
        'control plane i-1 of shop-control-plane-a: InService',
        'a control plane that was a member must be terminated first: only hosts that wait to join act on it',
        '',
      ].join('\n'),
    );
    expect(stage.cloud.calls).toEqual([]);
  });

  test('writes the wish that hosts act on', async () => {
    const stage = lost();
    expect(await stage.run(...words, '--yes', '--snapshot', 'snapshots/1a2b3c4d/20260102T030405Z-cp-a.db')).toBe(
      EXITS.DONE,
    );
    expect(stage.cloud.secrets.get('state')).toBe(
      '{"phase":"restore","snapshot":"snapshots/1a2b3c4d/20260102T030405Z-cp-a.db"}',
    );
    expect(stage.cloud.calls).toEqual(['write state']);
  });

  test('fails while an API server answers', async () => {
    const stage = lost();
    stage.answers = true;
    expect(await stage.run(...words, '--yes')).toBe(EXITS.FAILED);
    expect(stage.err).toBe(
      'restore: an API server answers at api.shop.test:6443: hosts of a cluster that lives would not act on it, and the next loss would restore by itself; a restore is for when every control plane is lost\n',
    );
    expect(stage.cloud.calls).toEqual([]);
  });

  test('fails where there never was a cluster', async () => {
    const stage = lost();
    stage.cloud.secrets.delete('public/ca.crt');
    expect(await stage.run(...words, '--yes')).toBe(EXITS.FAILED);
    expect(stage.err).toBe('restore: the secret store holds no public/ca.crt: the cluster was never made\n');
    stage.cloud.secrets.delete('state');
    expect(await stage.run(...words, '--yes')).toBe(EXITS.FAILED);
    expect(stage.err).toBe("restore: the secret store holds no state; was the hosts' stack applied?\n");
  });

  test('follows until the API server answers again', async () => {
    const stage = lost();
    stage.meanwhile = (waited) => {
      if (waited === 2) stage.cloud.secrets.set('state', '{"phase":"initialized"}');
      if (waited === 4) stage.answers = true;
    };
    expect(await stage.run(...words, '--yes', '--wait', '--json')).toBe(EXITS.DONE);
    expect(stage.json).toMatchObject({ phase: 'initialized', done: true, seconds: 20, snapshot: 'LATEST' });
    expect(stage.err).toBe(
      [
        'asked for a restore of LATEST; one of 1 hosts takes the lock and does it',
        'phase restore, the API server does not answer after 5 s',
        'phase initialized, the API server does not answer after 10 s',
        'phase initialized, the API server answers after 20 s',
        '',
      ].join('\n'),
    );
  });

  test('fails when the cluster does not come back in time', async () => {
    const stage = lost();
    expect(await stage.run(...words, '--yes', '--wait', '--timeout', '10')).toBe(EXITS.FAILED);
    expect(stage.err.trimEnd().split('\n').at(-1)).toBe(
      'restore: not restored within 10 s (phase restore, the API server does not answer); on the control planes, `journalctl -u hacluster-bootstrap` says what they wait for',
    );
  });
});
