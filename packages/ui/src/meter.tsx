/** How much of something is used, with more colour the less is left. `added` is what would come on top. */
export function Meter({
  label,
  value,
  max,
  added = 0,
  text,
  isBare = false,
}: {
  label: string;
  value: number;
  max: number;
  added?: number;
  text: string;
  /** Its label is in sight already, like at the head of a column. */
  isBare?: boolean;
}) {
  const share = (part: number) => `${max > 0 ? Math.min(100, (part / max) * 100) : 0}%`;
  const total = value + added;
  const look = total > max ? 'bg-bad' : total >= max * 0.9 ? 'bg-warn' : 'bg-accent';
  return (
    <div className="grid gap-1">
      <div className="flex justify-between gap-3 text-xs">
        {!isBare && <span className="text-ink-soft">{label}</span>}
        <span className={total > max ? 'font-medium text-bad' : ''}>{text}</span>
      </div>
      <div
        role="meter"
        aria-label={label}
        aria-valuenow={total}
        aria-valuemin={0}
        aria-valuemax={max}
        aria-valuetext={text}
        className="relative h-1.5 overflow-hidden rounded-full bg-sunken"
      >
        <div className={`absolute inset-y-0 left-0 rounded-full opacity-50 ${look}`} style={{ width: share(total) }} />
        <div className={`absolute inset-y-0 left-0 rounded-full ${look}`} style={{ width: share(value) }} />
      </div>
    </div>
  );
}
