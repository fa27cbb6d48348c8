import test from 'ava';
import fc from 'fast-check';
import { escapeLine } from '../../../src/render/escape.ts';
import { drawTable, renderTable, writeColumns } from '../../../src/render/table.ts';

test('a table stands as kubectl writes it', (t) => {
  t.is(
    renderTable(
      ['NAME', 'ID', 'AGE'],
      [
        ['worker-1', 'x', '5m'],
        ['w', '', '12d'],
      ],
    ),
    'NAME       ID       AGE\nworker-1   x        5m\nw          <none>   12d\n',
  );
  t.is(renderTable(['A', 'B'], [['x', 'y']]), 'A     B\nx     y\n');
  t.is(renderTable(undefined, []), '');
});

test('long tables are written with the same bytes as short ones, wide characters included', (t) => {
  const cell = fc.oneof(
    fc.stringMatching(/^[a-z0-9.-]{1,20}$/),
    fc.constantFrom('節點一', 'nœud', '🙂', 'e\u0301', 'ｗｉｄｅ', 'a b', '<none>', 'x  '),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
  );
  const tables = fc
    .integer({ min: 1, max: 5 })
    .chain((columns) =>
      fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 8 }),
    );
  fc.assert(
    fc.property(tables, (rows) => {
      const lines = rows.map((row) => row.map((text) => escapeLine(text) || '<none>'));
      t.is(writeColumns(lines), drawTable(lines));
    }),
    { numRuns: 500 },
  );
});

test('a table of 5,000 rows has a line for each', (t) => {
  const rows = Array.from({ length: 5000 }, (_, i) => [`worker-${i}`, `10.${i >> 8}.${i & 255}.0/24`, 'OK', '12d']);
  t.is(renderTable(['NAME', 'POD-CIDR', 'STATUS', 'AGE'], rows).split('\n').length, 5002);
});

test('a table fits the terminal: the widest cells are cut, names never, wide characters count as two', (t) => {
  const rows = [
    ['a-rather-long-node-name-1', '10.244.1.0/24', 'SubnetDuplicate,SubnetOutsideClusterCIDR,SubnetMaskDiffers', '12d'],
    ['b', '10.244.2.0/24', '表格表格表格表格表格表格表格表格表格', '3d'],
  ];
  const table = renderTable(['NAME', 'POD-CIDR', 'STATUS', 'AGE'], rows, 80);
  t.is(
    table,
    'NAME                        POD-CIDR        STATUS                           AGE\n' +
      'a-rather-long-node-name-1   10.244.1.0/24   SubnetDuplicate,SubnetOutside…   12d\n' +
      'b                           10.244.2.0/24   表格表格表格表格表格表格表格…    3d\n',
  );
  t.regex(renderTable(['NAME', 'POD-CIDR'], rows, 10), /^a-rather-long-node-name-1 {3}10\.244\.1\.0\/24 {3}/m);
  t.is(renderTable(['A', 'B'], [['x', 'y']], 80), renderTable(['A', 'B'], [['x', 'y']]));
});
