/** Colours of everything that is not data. They are those of the pages, packages/pages/public/css/tokens.css. */
export interface Theme {
  readonly ground: string
  readonly surface: string
  readonly sunken: string
  readonly ink: string
  readonly muted: string
  readonly line: string
  /** From little to much. */
  readonly heat: readonly string[]
}

export const themes = {
  light: {
    ground: '#f4f7f9',
    surface: '#ffffff',
    sunken: '#eaf0f3',
    ink: '#0f212c',
    muted: '#556773',
    line: '#d8e1e7',
    heat: ['#e3eff4', '#9fd0e0', '#2b8fb3', '#0b4f6c', '#06222f'],
  },
  dark: {
    ground: '#0b141a',
    surface: '#111e26',
    sunken: '#0e1920',
    ink: '#e4edf2',
    muted: '#8fa3b0',
    line: '#21343f',
    heat: ['#15303d', '#1d5f78', '#2b9cc0', '#8fd4e4', '#effbff'],
  },
} as const satisfies Readonly<Record<string, Theme>>

export type ThemeName = keyof typeof themes

export const font = "Inter, system-ui, -apple-system, 'Segoe UI', 'Noto Sans', sans-serif"

/** For series whose name nobody gave a colour. */
export const others = [
  '#2b8fb3',
  '#e08b2c',
  '#8f6ae0',
  '#4c9f4f',
  '#d95b9a',
  '#12a5a0',
  '#a3762f',
  '#6d7f8f',
  '#c0504d',
  '#3f7fd9',
]
