/** The place of the largest number in each row of `units` numbers, of equal ones the first, as NumPy's `argmax`: uint16[rows]. */
export function argmax(rows: Float32Array, units: number): Uint16Array {
  const places = new Uint16Array(rows.length / units);
  for (let row = 0; row < places.length; row++) {
    const begin = row * units;
    let place = 0;
    for (let unit = 1; unit < units; unit++) if (rows[begin + unit]! > rows[begin + place]!) place = unit;
    places[row] = place;
  }
  return places;
}
