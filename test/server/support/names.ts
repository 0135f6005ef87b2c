/** Names that lead out of a directory, or would like to: 200 of them. */
export function hostileNames(outside: string): readonly string[] {
  const bare = outside.replace(/^\//, "");
  const ups = [
    "..",
    "../..",
    "../../..",
    "../../../../../../../..",
    "./..",
    "sub/../..",
    "sub/deep/../../../..",
  ];
  const targets = ["canary.txt", "data-other/canary.txt", bare, `${bare}/canary.txt`, "etc/passwd"];
  const climbs = ups.flatMap((up) => targets.map((target) => `${up}/${target}`));
  const backslashes = climbs.slice(0, 30).map((name) => name.replaceAll("/", "\\"));
  const doubled = climbs.slice(0, 20).map((name) => name.replaceAll("../", "....//"));
  const wide = climbs.slice(0, 20).map((name) => name.replaceAll(".", "．").replaceAll("/", "／"));
  const ended = climbs
    .slice(0, 10)
    .flatMap((name) => [`${name}\0`, `${name}\0.txt`, `${name};x=1`, `${name}.`]);
  const absolute = [outside, `${outside}/canary.txt`, "/etc/passwd", "//etc/passwd", "/proc/self/environ"];
  const schemes = [
    "file://",
    "file:",
    "http://127.0.0.1/",
    "\\\\?\\",
    "\\\\127.0.0.1\\c$\\",
    "~",
    "~root/",
    "$HOME/",
  ];
  const links = [
    "link.txt",
    "way/canary.txt",
    "way",
    "sub/link",
    "sub/link/canary.txt",
    "t/link.npy",
    "t/way/x.npy",
  ];
  const hidden = [
    ".hidden",
    ".hidden/x",
    ".git/config",
    "t/.memmap/last",
    "t/.memmap/lock",
    "t/.attr",
    "t/x.npy",
  ];
  const odd = [
    ...[
      "",
      ".",
      "..",
      "...",
      " ",
      "/",
      "//",
      "/.",
      "/..",
      "%",
      "%2e%2e",
      "%00",
      "*",
      "?",
      "#",
      "a\nb",
      "a\r\nX: y",
      "\t",
    ],
    ...[
      "__proto__",
      "constructor",
      "hasOwnProperty",
      "toString",
      "__proto__/x",
      "CON",
      "NUL",
      "aux.txt",
      "a:b",
      "::$DATA",
    ],
    ...[
      "\u202etxt",
      "\ufeffa.txt",
      "e\u0301",
      "İ",
      "ﬁ",
      "\u0085",
      "a\u0000b",
      "😀",
      "‥/canary.txt",
      "．．/canary.txt",
    ],
    ...[
      "a.txt/..",
      "a.txt/../../canary.txt",
      "A.TXT",
      "a.txt.",
      "a.txt ",
      "a.txt::$DATA",
      "a.txt%00",
      "a.txt/.",
      "x".repeat(300),
    ],
    ...[
      `${"../".repeat(200)}etc/passwd`,
      `${"a/".repeat(500)}b`,
      "x".repeat(5000),
      "${jndi:ldap://x}",
      "{{7*7}}",
      "' or 1=1 --",
    ],
  ];
  const all = [
    ...climbs,
    ...backslashes,
    ...doubled,
    ...wide,
    ...ended,
    ...absolute,
    ...schemes.map((scheme) => `${scheme}${outside}/canary.txt`),
    ...links,
    ...hidden,
    ...odd,
  ];
  return [...new Set(all)].slice(-200);
}

const hex = (byte: number): string => `%${byte.toString(16).padStart(2, "0")}`;
const percent = (text: string): string => [...Buffer.from(text)].map(hex).join("");
/** Slashes and dots in more bytes than UTF-8 gives them, all else in UTF-16. */
const overlong = (text: string): string =>
  text
    .split("")
    .map((unit, at) => {
      const code = unit.charCodeAt(0);
      if (code < 0x80 && at % 2 === 0) return hex(0xc0 | (code >> 6)) + hex(0x80 | (code & 0x3f));
      return unit === "/" ? "%u2215" : hex(code & 255) + hex(code >> 8);
    })
    .join("");

/** The ways in which a name is put into a target. */
export const ENCODINGS = {
  raw: (name: string): string => name,
  percent,
  twice: (name: string): string => percent(name).replaceAll("%", "%25"),
  overlong,
} as const;
