// Values in the unit of their metric.

/** How a value of the unit is written. */
export function writer(unit) {
  if (unit === "share") return (value) => `${(100 * value).toFixed(1)} %`;
  if (unit === "s") return (value) => `${value.toFixed(1)} s`;
  return (value) => String(Math.round(value * 1000) / 1000);
}

/** How a difference of the unit is written: of shares in points. */
export function difference(unit) {
  const write = unit === "share" ? (size) => `${(100 * size).toFixed(1)} pts` : writer(unit);
  return (value) => `${value > 0 ? "+" : value < 0 ? "−" : ""}${write(Math.abs(value))}`;
}
