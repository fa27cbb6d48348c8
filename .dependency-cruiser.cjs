// The layers of src/: calls go down only. ARCHITECTURE.md draws them.
const PURE = 'render|checks|plan|cni|subnet|model';
const LOWER = {
  cli: 'commands',
  commands: 'survey|operate|host|kube',
  survey: 'host|kube',
  operate: 'host|kube',
  host: 'kube',
  kube: '',
};

/** A room may call the rooms named, itself and the pure rooms, nothing else of src/. */
const layer = (room, lower) => ({
  name: `${room}-calls-down-only`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${[room, lower, PURE].filter(Boolean).join('|')})/` },
});

/** Rooms below a pure room: `model` is the lowest, then subnet, cni. */
const PURE_LOWER = {
  render: 'cni|subnet|model',
  checks: 'cni|subnet|model',
  plan: 'cni|subnet|model',
  cni: 'subnet|model',
  subnet: 'model',
  model: '',
};

const PURE_PACKAGES = '^node_modules/(netmask|cli-table3|js-yaml)/';

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'nobody-calls-the-entry', severity: 'error', from: {}, to: { path: '^src/main\\.ts$' } },
    {
      name: 'commands-are-called-by-the-cli',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli|commands|process|entry)' },
      to: { path: '^src/(cli|commands)/' },
    },
    ...Object.entries(LOWER).map(([room, lower]) => layer(room, lower)),
    ...Object.entries(PURE_LOWER).map(([room, lower]) => ({
      name: `${room}-is-pure`,
      comment: 'no I/O and no clock: only the pure rooms below, and packages that compute',
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { pathNot: `^src/(${[room, lower].filter(Boolean).join('|')})/|${PURE_PACKAGES}` },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|test)/' },
  },
};
