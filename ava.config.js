export default {
  files: ['test/**/*.test.ts'],
  extensions: { ts: 'module' },
  timeout: '4m',
  concurrency: 2,
  verbose: true,
};
