/** Values and shares as pprof prints them: `512.08kB`, `1.20s`, `95.20%`. */

interface Family {
  readonly fallback: string;
  readonly units: readonly (readonly [name: string, spellings: readonly string[], factor: number])[];
}

const FAMILIES: readonly Family[] = [
  {
    fallback: 'B',
    units: [
      ['B', ['b', 'byte'], 1],
      ['kB', ['kb', 'kbyte', 'kilobyte'], 2 ** 10],
      ['MB', ['mb', 'mbyte', 'megabyte'], 2 ** 20],
      ['GB', ['gb', 'gbyte', 'gigabyte'], 2 ** 30],
      ['TB', ['tb', 'tbyte', 'terabyte'], 2 ** 40],
      ['PB', ['pb', 'pbyte', 'petabyte'], 2 ** 50],
    ],
  },
  {
    fallback: 's',
    units: [
      ['ns', ['ns', 'nanosecond'], 1],
      ['us', ['us', 'microsecond'], 1e3],
      ['ms', ['ms', 'millisecond'], 1e6],
      ['s', ['s', 'sec', 'second'], 1e9],
      ['hrs', ['hour', 'hr'], 3600e9],
    ],
  },
];

const NOT_SHOWN = ['count', 'sample', 'unit'];

/** The value in the largest unit that leaves at least 1. */
export function valueText(value: number, unit: string): string {
  if (value < 0) {
    const text = valueText(-value, unit);
    return text === '0' ? text : `-${text}`;
  }
  const lower = unit.toLowerCase();
  const singular = lower.length > 2 ? lower.replace(/s$/, '') : lower;
  for (const { fallback, units } of FAMILIES) {
    const given = units.find(([, spellings]) => spellings.includes(singular));
    if (given) {
      const amount = value * given[2];
      const fitting = units.filter(([, , factor]) => amount / factor >= 1).at(-1) ?? units.find(([name]) => name === fallback);
      return fitting ? labelled(amount / fitting[2], fitting[0]) : String(value);
    }
  }
  return labelled(value, NOT_SHOWN.includes(singular) ? '' : '');
}

export function share(value: number, total: number): string {
  const ratio = total ? Math.abs(value / total) * 100 : 0;
  if (ratio >= 99.95 && ratio <= 100.05) {
    return '100%';
  }
  return ratio >= 1 || ratio === 0 ? `${ratio === 0 ? '0' : ratio.toFixed(2)}%` : `${twoDigits(ratio)}%`;
}

function labelled(amount: number, unit: string): string {
  const text = amount.toFixed(2).replace(/\.00$/, '');
  return text === '0' ? text : text + unit;
}

/** As `%.2g` has it. */
function twoDigits(ratio: number): string {
  if (ratio < 1e-4) {
    return ratio.toExponential(1).replace(/\.0e/, 'e').replace(/e-(\d)$/, 'e-0$1');
  }
  return String(Number(ratio.toPrecision(2)));
}
