import type { Picture } from '../image/png.ts';

export const SCREEN = { width: 320, height: 200 } as const;
const DOT = 3; // pixels of the screen for one of a letter
const CELL = { width: 4 * DOT, height: 7 * DOT };
const COLUMNS = Math.floor(SCREEN.width / CELL.width);
const INK = [0xd8, 0xe2, 0xec];
const GROUND = [0x14, 0x2a, 0x44];

/** Three by five dots each, a digit per row. */
const LETTERS: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'A25755 B65656 C34443 D65556 E74647 F74644 G34553 H55755 I72227 J11152 K55655 L44447 M57755 N65555 O25552 P65644 Q25573 R65655 S34216 ' +
    'T72222 U55557 V55552 W55775 X55255 Y55222 Z71247 075557 126227 261247 361216 455711 574616 634757 771122 875757 975716 ' +
    '-00700 .00002 :02020 _00007 /11244 >42124 $36763 #57575 @25743 ~03600 =07070 +02720 !22202 ?61202 ,00024 (24442 )21112'
  )
    .split(' ')
    .map((letter) => [letter.charAt(0), letter.slice(1)]),
);
const UNKNOWN = '77777';

/** Lines of text as pixels; long ones go on in the next line, and the last lines are what is seen. */
export function drawText(lines: readonly string[]): Picture {
  const rows = lines.flatMap((line) => line.toUpperCase().match(new RegExp(`.{1,${COLUMNS}}`, 'gsu')) ?? ['']);
  const seen = rows.slice(-Math.floor(SCREEN.height / CELL.height));
  const pixels = new Uint8Array(SCREEN.width * SCREEN.height * 3);
  for (let at = 0; at < pixels.length; at += 3) pixels.set(GROUND, at);
  for (const [row, text] of seen.entries()) {
    for (const [column, letter] of Array.from(text).entries()) drawLetter(pixels, letter, column * CELL.width + DOT, row * CELL.height + DOT);
  }
  return { ...SCREEN, pixels };
}

function drawLetter(pixels: Uint8Array, letter: string, left: number, top: number): void {
  const dots = letter === ' ' ? '00000' : (LETTERS[letter] ?? UNKNOWN);
  for (let y = 0; y < 5 * DOT; y++) {
    for (let x = 0; x < 3 * DOT; x++) {
      const isInk = (Number(dots[Math.floor(y / DOT)]) >> (2 - Math.floor(x / DOT))) & 1;
      if (isInk && left + x < SCREEN.width) pixels.set(INK, ((top + y) * SCREEN.width + left + x) * 3);
    }
  }
}
