'use client';
import { Choices } from '@nephos/ui/choices';
import { Panel } from '@nephos/ui/panel';
import { useTranslations } from 'next-intl';
import { DENSITIES, THEMES } from '../shell/appearance.ts';
import { useAppearance } from '../shell/use-appearance.ts';
import { usePreference } from '../shell/use-preference.ts';

/** How the portal looks and listens, in this browser. */
export function AppearanceForm() {
  const t = useTranslations('profile');
  const shell = useTranslations('shell');
  const [{ theme, density }, change] = useAppearance();
  const [shortcuts, setShortcuts] = usePreference('shortcuts');
  return (
    <Panel title={t('appearance')}>
      <div className="grid gap-5 p-4">
        <Choices
          label={t('theme')}
          value={theme}
          choices={THEMES.map((one) => ({ value: one, text: shell(one) }))}
          onChange={(value) => change({ theme: value })}
        />
        <Choices
          label={t('density')}
          value={density}
          choices={DENSITIES.map((one) => ({ value: one, text: t(`densities.${one}`) }))}
          onChange={(value) => change({ density: value })}
        />
        <label className="flex items-start gap-2">
          <input
            type="checkbox"
            checked={shortcuts !== 'off'}
            onChange={(event) => setShortcuts(event.target.checked ? '' : 'off')}
            className="mt-0.5 size-4 accent-accent"
          />
          <span>
            {t('shortcuts')}
            <span className="block text-xs text-ink-soft">{t('shortcutsAbout')}</span>
          </span>
        </label>
      </div>
    </Panel>
  );
}
