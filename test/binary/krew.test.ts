import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { PROGRAM } from './program.ts';
import { type DownloadServer, makeRelease, type Release, serveDownloads } from './release.ts';
import { makeToolbox } from './toolbox.ts';

let downloads: DownloadServer;
let release: Release;
const folders: { remove(): void }[] = [];

/** A machine of its own for each test: krew keeps what it installs. */
async function machine() {
  const toolbox = await makeToolbox();
  folders.push(toolbox);
  return toolbox;
}

test.before(async () => {
  const { folder } = await machine();
  const out = join(folder, 'release');
  mkdirSync(out);
  downloads = await serveDownloads(out);
  release = await makeRelease(PROGRAM, out, downloads.uriBase);
});

test.after.always(() => {
  downloads?.close();
  for (const folder of folders) folder.remove();
});

test('krew installs the archive without a network, and kubectl podcidr runs', async (t) => {
  const { type } = await machine();
  const installed = await type(`kubectl krew install --manifest=${release.manifest} --archive=${release.archive}`);
  t.is(installed.code, 0, installed.stderr);
  const { code, stdout } = await type('kubectl podcidr version');
  t.is(code, 0);
  t.regex(stdout, /\d+\.\d+\.\d+/);
});

test('krew downloads the archive from where the manifest says, checks it and installs it', async (t) => {
  const { type } = await machine();
  const before = downloads.requests.length;
  const installed = await type(`kubectl krew install --manifest=${release.manifest}`);
  t.is(installed.code, 0, installed.stderr);
  t.true(downloads.requests.length > before, 'nothing was downloaded');
  t.is((await type('kubectl podcidr version')).code, 0);
});

test('from an index that lists it, kubectl krew install podcidr installs it and uninstall removes it', async (t) => {
  const { type, folder } = await machine();
  const index = join(folder, 'index');
  // krew keeps its indexes as git checkouts.
  const author = '-c user.name=index -c user.email=index@localhost';
  const made = await type(
    `git init -q ${index} && mkdir ${index}/plugins && cp ${release.manifest} ${index}/plugins/ &&
     git -C ${index} add . && git -C ${index} ${author} commit -q -m 'Add podcidr'`,
  );
  t.is(made.code, 0, made.stderr);
  const env = { KREW_DEFAULT_INDEX_URI: index };
  const installed = await type('kubectl krew install podcidr', env);
  t.is(installed.code, 0, installed.stderr);
  t.is((await type('kubectl podcidr version')).code, 0);
  t.regex((await type('kubectl krew list', env)).stdout, /podcidr/);
  const removed = await type('kubectl krew uninstall podcidr', env);
  t.is(removed.code, 0, removed.stderr);
  t.not((await type('kubectl podcidr version')).code, 0);
});

test('krew refuses an archive whose bytes differ from the manifest', async (t) => {
  const { type, folder } = await machine();
  const broken = join(folder, 'broken.tar.gz');
  await type(`cp ${release.archive} ${broken} && printf x >>${broken}`);
  const installed = await type(`kubectl krew install --manifest=${release.manifest} --archive=${broken}`);
  t.not(installed.code, 0);
  t.regex(installed.stderr, /checksum/);
});

test("krew's own validator accepts the manifest, installs every platform in it and finds the licence", async (t) => {
  const { type } = await machine();
  const { code, stderr } = await type(`validate-krew-manifest -manifest ${release.manifest}`);
  t.is(code, 0, stderr);
  t.regex(stderr, /all 1 spec.platforms installed fine/);
});
