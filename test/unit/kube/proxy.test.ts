import test from 'ava';
import { environmentProxy } from '../../../src/kube/config/proxy.ts';
import { serverURL } from '../../../src/kube/config/server-url.ts';
import { Failure } from '../../../src/model/failure.ts';

const PROXY = { HTTPS_PROXY: 'http://proxy:3128', HTTP_PROXY: 'plain:80' };

test('the environment’s proxy is used as Go uses it', (t) => {
  const proxy = (url: string, env: Record<string, string>) => environmentProxy(new URL(url), env);
  t.is(proxy('https://k8s.example:6443', PROXY), 'http://proxy:3128/');
  t.is(proxy('http://k8s.example', PROXY), 'http://plain/', 'a proxy without a scheme is an http one');
  t.is(proxy('https://k8s.example', { https_proxy: 'socks5://s:1' }), 'socks5://s:1');
  t.is(proxy('https://k8s.example', {}), undefined);
  for (const host of ['localhost', '127.0.0.1', '127.8.8.8', '[::1]'])
    t.is(proxy(`https://${host}`, PROXY), undefined, host);
  t.throws(() => proxy('https://k8s.example', { HTTPS_PROXY: ':x' }), { instanceOf: Failure });
});

test('NO_PROXY knows addresses, networks, domains, ports and *', (t) => {
  const goes = (url: string, list: string) =>
    environmentProxy(new URL(url), { ...PROXY, NO_PROXY: list }) !== undefined;
  t.false(goes('https://10.1.2.3', '192.168.0.0/16, 10.0.0.0/8'));
  t.true(goes('https://11.1.2.3', '10.0.0.0/8'));
  t.false(goes('https://10.1.2.3:6443', '10.1.2.3'));
  t.true(goes('https://10.1.2.3:6443', '10.1.2.3:443'));
  t.false(goes('https://10.1.2.3:6443', '10.1.2.3:6443'));
  t.false(goes('https://[fd00::1]', 'fd00::/8'));
  t.false(goes('https://[fd00::1]', 'fd00::1'));
  t.false(goes('https://api.example', 'example'));
  t.false(goes('https://example', 'example'));
  t.true(goes('https://example', '.example'));
  t.false(goes('https://api.example', '*.example'));
  t.true(goes('https://notexample', 'example'));
  t.false(goes('https://anything', '*'));
  t.true(goes('https://anything', '10.0.0.0/99,,x/y'));
});

test('the server of a kubeconfig is read as client-go reads it', (t) => {
  t.is(serverURL('https://h:6443/').href, 'https://h:6443/');
  t.is(serverURL('https://h/k8s/clusters/x/?a=b#c').href, 'https://h/k8s/clusters/x');
  t.is(serverURL('h:8080').href, 'http://h:8080/');
  t.is(serverURL('127.0.0.1').href, 'http://127.0.0.1/');
  for (const bad of ['h/path', 'ftp://h', 'https://', 'https://h:99999', 'a b', '::']) {
    t.throws(() => serverURL(bad), { instanceOf: Failure }, bad);
  }
});
