const LETTERS = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789'; // none that is taken for another
const LENGTH = 20;

/** A password that nobody chose. */
export function freshPassword(): string {
  const letters: string[] = [];
  while (letters.length < LENGTH) {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1));
    const letter = LETTERS[byte]; // beyond them it is drawn again, so that each is as likely
    if (letter) letters.push(letter);
  }
  return letters.join('');
}
