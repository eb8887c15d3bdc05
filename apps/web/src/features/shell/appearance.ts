export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
export const DENSITIES = ['comfortable', 'compact'] as const;
export type Density = (typeof DENSITIES)[number];

export interface Appearance {
  theme: Theme;
  density: Density;
}

/** Where the server reads it, so that no page flashes in the other one. */
export const APPEARANCE_COOKIE = { theme: 'nephos_theme', density: 'nephos_density' } as const satisfies Record<keyof Appearance, string>;

export function readAppearance(get: (name: keyof Appearance) => string | undefined): Appearance {
  return {
    theme: THEMES.find((one) => one === get('theme')) ?? 'system',
    density: DENSITIES.find((one) => one === get('density')) ?? 'comfortable',
  };
}
