/** Colours of every picture. Pairs differ in lightness as well as hue, so they stay apart for colour-blind readers. */
export const palette = {
  paper: '#ffffff',
  /** Behind pictures and empty panels. */
  panel: '#f4f5f7',
  hairline: '#e3e6eb',
  axis: '#b4bbc6',
  ink: '#1b2028',
  inkSoft: '#545d6b',
  inkFaint: '#858e9c',
  /** The main series; also "right". */
  blue: '#1f6fb2',
  sky: '#4f97cf',
  slate: '#7a8696',
  /** Mistakes; dark enough for text. */
  wrong: '#c2470d',
  amber: '#d99a1c',
  teal: '#138a7c',
  plum: '#8e5a9f',
} as const

/** One colour a split, everywhere. */
export const splitColor = { train: palette.slate, val: palette.blue, test: palette.teal } as const
