/** How far something has come. `value` is of `max`. */
export function Progress({ label, value, max, text }: { label: string; value: number; max: number; text: string }) {
  return (
    <div className="grid gap-1">
      <div className="flex justify-between gap-3 text-xs">
        <span className="text-ink-soft">{label}</span>
        <span className="tabular-nums">{text}</span>
      </div>
      <div
        role="progressbar"
        aria-label={label}
        aria-valuenow={value}
        aria-valuemin={0}
        aria-valuemax={max}
        aria-valuetext={text}
        className="h-1.5 overflow-hidden rounded-full bg-sunken"
      >
        <div className="h-full rounded-full bg-accent transition-[width]" style={{ width: `${max > 0 ? (value / max) * 100 : 0}%` }} />
      </div>
    </div>
  );
}
