import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { component } from '../components/build.ts';
import { describeComponent } from '../components/catalogue.ts';
import { run } from '../lib/processes.ts';
import { cached, must } from './image-cache.ts';
import type { FlannelVersion } from './lab-files.ts';
import { POD_IMAGE } from './machine-config.ts';

/** Real programs in the place of busybox's applets of these names: busybox prefers its own applets, whatever PATH says. */
const FLANNEL_TOOLS = ['ip', 'bridge', 'conntrack', 'nsenter', 'chroot', 'timeout', 'env', 'xargs'];
const IPTABLES = ['iptables', 'iptables-save', 'iptables-restore', 'ip6tables', 'ip6tables-save', 'ip6tables-restore'];
const LEGACY = ['iptables-legacy', 'iptables-legacy-save', 'ip6tables-legacy', 'ip6tables-legacy-save'];

/** One image: its name, what runs in it, and how its files are made. */
interface Image {
  name: string;
  entrypoint: string[];
  fill(root: string): Promise<void>;
}

async function pathOf(program: string): Promise<string> {
  return (await must('sh', ['-c', `PATH=/usr/sbin:/usr/bin:/sbin:/bin command -v ${program}`])).trim();
}

function put(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  rmSync(to, { force: true });
  copyFileSync(from, to);
}

/** Copies a program of this machine, with the libraries it is linked to, under a name in the image. */
async function putProgram(root: string, program: string, name: string): Promise<void> {
  const path = await pathOf(program);
  put(path, join(root, name));
  // A static one has none, and ldd says so by its exit code.
  const { stdout } = await run('ldd', [path]);
  for (const [library] of stdout.matchAll(/\/\S+\.so\S*/g))
    if (!existsSync(join(root, library))) put(library, join(root, library));
}

/** The folders of a system, busybox, and a link to it for each of its programs. */
async function putBusybox(root: string): Promise<void> {
  for (const folder of ['usr/bin', 'usr/sbin', 'usr/lib', 'usr/lib64', 'etc', 'tmp', 'proc', 'sys', 'dev', 'run']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  for (const folder of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${folder}`, join(root, folder));
  const busybox = await pathOf('busybox');
  put(busybox, join(root, 'usr/bin/busybox'));
  for (const applet of (await must(busybox, ['--list'])).split('\n')) {
    if (applet !== '' && applet !== 'busybox') symlinkSync('busybox', join(root, 'usr/bin', applet));
  }
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\n');
}

/** For pods and their sandboxes: busybox and perl, which answers in the tests' pods. */
function podImage(): Image {
  return {
    name: POD_IMAGE,
    entrypoint: ['/bin/sleep', '2147483647'],
    async fill(root) {
      await putBusybox(root);
      put(join(import.meta.dirname, 'echo.pl'), join(root, 'echo.pl'));
      await putProgram(root, 'perl', 'usr/bin/perl');
      const [library = ''] = (
        await must('perl', ['-MConfig', '-e', 'print "$_\\n" for grep m{/perl-base$}, @INC'])
      ).split('\n');
      mkdirSync(dirname(join(root, library)), { recursive: true });
      await must('cp', ['-r', library, join(root, library)]);
    },
  };
}

/** flanneld and its CNI plugin with the network tools that the project's own image has; dash is its shell. */
function flannelImage(version: FlannelVersion): Image {
  return {
    name: flannelImageName(version),
    entrypoint: ['/opt/bin/flanneld'],
    async fill(root) {
      await putBusybox(root);
      await putProgram(root, 'dash', 'usr/bin/sh');
      for (const tool of FLANNEL_TOOLS) {
        rmSync(join(root, 'usr/bin', tool), { force: true });
        await putProgram(root, tool, `usr/sbin/${tool}`);
      }
      for (const tool of ['xtables-nft-multi', 'xtables-legacy-multi'])
        await putProgram(root, tool, `usr/sbin/${tool}`);
      for (const name of IPTABLES) symlinkSync('xtables-nft-multi', join(root, 'usr/sbin', name));
      for (const name of LEGACY) symlinkSync('xtables-legacy-multi', join(root, 'usr/sbin', name));
      const modules = (await must('sh', ['-c', 'echo /usr/lib/*/xtables'])).trim();
      mkdirSync(dirname(join(root, modules)), { recursive: true });
      await must('cp', ['-r', modules, join(root, modules)]);
      put(await component(`flannel-${version}`, 'flannel'), join(root, 'opt/bin/flanneld'));
      put(await component('flannel-cni', 'flannel'), join(root, 'flannel'));
    },
  };
}

/** Name of flannel's image, its tag the version as in the project's own. */
export function flannelImageName(version: FlannelVersion): string {
  return `localhost/flannel:${describeComponent(`flannel-${version}`).version}`;
}

/** Packs a folder as an image of one layer, in docker's archive format. */
async function pack(image: Image, folder: string, archive: string): Promise<void> {
  const parts = join(folder, 'parts');
  mkdirSync(parts);
  const owned = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0'];
  await must('tar', ['-C', join(folder, 'root'), ...owned, '-cf', join(parts, 'layer.tar'), '.']);
  const digest = createHash('sha256')
    .update(readFileSync(join(parts, 'layer.tar')))
    .digest('hex');
  const config = {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'], Entrypoint: image.entrypoint },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
  };
  const manifest = [{ Config: 'config.json', RepoTags: [image.name], Layers: ['layer.tar'] }];
  writeFileSync(join(parts, 'config.json'), JSON.stringify(config));
  writeFileSync(join(parts, 'manifest.json'), JSON.stringify(manifest));
  await must('tar', ['-C', parts, '-cf', archive, 'manifest.json', 'config.json', 'layer.tar']);
}

/** What an image is made of: when any of it changes, so does its name in the cache. */
async function ingredients(image: Image): Promise<string> {
  const packages = ['busybox-static', 'conntrack', 'coreutils', 'dash', 'iproute2', 'iptables', 'perl-base'];
  const { stdout } = await run('dpkg-query', ['-W', ...packages]);
  const flannel = image.name === POD_IMAGE ? [] : [await component('flannel-cni', 'flannel')];
  const own = [import.meta.filename, join(import.meta.dirname, 'echo.pl')];
  return [stdout, image.name, ...flannel, own.map((file) => readFileSync(file, 'utf8'))].join('\n');
}

async function build(image: Image): Promise<string> {
  const hash = createHash('sha256')
    .update(await ingredients(image))
    .digest('hex')
    .slice(0, 16);
  return cached(`${basename(image.name).replace(':', '-')}-${hash}.tar`, async (folder) => {
    const archive = join(folder, 'image.tar');
    await image.fill(join(folder, 'root'));
    await pack(image, folder, archive);
    return archive;
  });
}

/** Paths of the images that a lab needs, made when the cache does not have them: of the pods, and of flannel. */
export async function imageArchives(version: FlannelVersion): Promise<string[]> {
  return [await build(podImage()), await build(flannelImage(version))];
}
