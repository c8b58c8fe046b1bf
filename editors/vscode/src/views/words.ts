// Times in a few words.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function since(at: string, now = Date.now()): string {
  const age = now - Date.parse(at);
  if (age < MINUTE) {
    return "now";
  }
  if (age < HOUR) {
    return `${Math.floor(age / MINUTE)} min`;
  }
  if (age < DAY) {
    return `${Math.floor(age / HOUR)} h`;
  }
  return `${Math.floor(age / DAY)} d`;
}

export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
