import test from 'ava';
import { readForwardPolicies } from '../../../src/host/read/forward-policy.ts';
import { known, recordedFacts } from './recorded.ts';

const ANY = { source: undefined, destination: undefined, in: undefined, out: undefined };

test('both tables of a real node are read: flannel accepts its network, KUBE-FORWARD only answers', (t) => {
  t.deepEqual(known(recordedFacts('many-routes').forwardPolicies.IPv4), [
    {
      program: 'iptables-nft',
      policy: 'DROP',
      accepts: [
        { ...ANY, source: '10.244.0.0/16' },
        { ...ANY, destination: '10.244.0.0/16' },
      ],
    },
    { program: 'iptables-legacy', policy: 'ACCEPT', accepts: [] },
  ]);
});

const read = (...rules: string[]) =>
  readForwardPolicies(['@@table iptables', ':FORWARD ACCEPT [0:0]', ...rules].join('\n'));

test('a rule that refuses everything ends the chain, whatever its policy is', (t) => {
  t.deepEqual(
    read(
      '-A FORWARD -i docker0 -j ACCEPT',
      '-A FORWARD -j REJECT --reject-with icmp-host-prohibited',
      '-A FORWARD -s 10.244.0.0/16 -j ACCEPT',
    ),
    [{ program: 'iptables', policy: 'REJECT', accepts: [{ ...ANY, in: 'docker0' }] }],
  );
});

test('RETURN ends its own chain alone', (t) => {
  t.deepEqual(
    read('-A FORWARD -j DOCKER-USER', '-A FORWARD -j DROP', '-A DOCKER-USER -j RETURN', '-A DOCKER-USER -j ACCEPT'),
    [{ program: 'iptables', policy: 'DROP', accepts: [] }],
  );
});

test('a rule that looks at more than addresses accepts nobody, one behind a comment does', (t) => {
  t.deepEqual(
    read(
      '-A FORWARD -s 10.0.0.0/8 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      '-A FORWARD -p tcp -j ACCEPT',
      '-A FORWARD ! -s 10.0.0.0/8 -j ACCEPT',
      '-A FORWARD -s 10.1.0.0/16 -m comment --comment "cali:a -j DROP \\" b" -o eth0 -j ACCEPT',
    ),
    [{ program: 'iptables', policy: 'ACCEPT', accepts: [{ ...ANY, source: '10.1.0.0/16', out: 'eth0' }] }],
  );
});

test('a chain that only some packets see accepts nobody for certain', (t) => {
  t.deepEqual(read('-A FORWARD -i eth0 -j MY-FORWARD', '-A MY-FORWARD -j ACCEPT'), [
    { program: 'iptables', policy: 'ACCEPT', accepts: [] },
  ]);
});

test('chains that jump in a circle end', (t) => {
  t.deepEqual(read('-A FORWARD -j A-FORWARD', '-A A-FORWARD -j B-FORWARD', '-A B-FORWARD -j A-FORWARD'), [
    { program: 'iptables', policy: 'ACCEPT', accepts: [] },
  ]);
});

test('no table drops nothing; one that iptables cannot show is not known', (t) => {
  t.deepEqual(readForwardPolicies('@@table iptables-nft\n\n'), []);
  t.deepEqual(readForwardPolicies(''), []);
  t.throws(() => readForwardPolicies("@@table iptables-nft\n# Table `filter' is incompatible, use 'nft' tool.\n"), {
    message: /incompatible/,
  });
});
