/** Mean kinetic temperature: which steady temperature would have done as much harm (C3). */

/** USP <1079.2>: the heat of activation that most substances are near, kJ/mol. */
export const ACTIVATION_KJ_MOL = 83.144;
/** Molar gas constant, J/(mol·K). */
export const GAS_CONSTANT = 8.314;
const ZERO_CELSIUS_KELVIN = 273.15;

/** Time at each temperature: `[celsius, milliseconds]`. */
export type Weighted = readonly (readonly [celsius: number, ms: number])[];

/**
 * ΔH/R ÷ −ln(Σ t·exp(−ΔH/(R·T)) ÷ Σ t), in °C; `null` where no time is known. Terms are taken
 * against the warmest one, so that none is too small to count, and in the order of temperatures,
 * so that the same samples give the same bits.
 */
export function meanKinetic(
  weighted: Weighted,
  activationKjMol: number = ACTIVATION_KJ_MOL,
): number | null {
  const known = weighted.filter(([, ms]) => ms > 0).sort(([one], [other]) => one - other);
  const warmest = known.at(-1)?.[0];
  if (warmest === undefined) return null;
  const perKelvin = activationKjMol * 1000 / GAS_CONSTANT;
  const top = 1 / (warmest + ZERO_CELSIUS_KELVIN);
  let [sum, whole] = [0, 0];
  for (const [celsius, ms] of known) {
    sum += ms * Math.exp(-perKelvin * (1 / (celsius + ZERO_CELSIUS_KELVIN) - top));
    whole += ms;
  }
  return 1 / (top - Math.log(sum / whole) / perKelvin) - ZERO_CELSIUS_KELVIN;
}
