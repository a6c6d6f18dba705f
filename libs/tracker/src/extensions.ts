/** What the extension of a name says about its kind. */

export const fileTypes = ['video', 'audio', 'image', 'document', 'archive', 'code'] as const;
export type FileType = (typeof fileTypes)[number];

const EXTENSIONS: Readonly<Record<FileType | 'subtitle' | 'other', string>> = {
  video: 'mkv mp4 m4v avi mov wmv flv webm mpg mpeg m2ts mts ts vob ogv 3gp divx rmvb rm asf f4v',
  audio: 'mp3 flac ogg oga opus m4a m4b aac wav wma aiff aif ape alac mka mid midi ac3 dts wv amr',
  image:
    'jpg jpeg png gif webp bmp tif tiff svg heic heif avif raw cr2 cr3 nef arw dng orf rw2 psd xcf ico eps ai jxl jfif',
  document:
    'pdf epub mobi azw azw3 djvu doc docx odt rtf txt md tex xls xlsx ods csv ppt pptx odp pages numbers key fb2 cbz cbr chm ps org rst log docm xlsm pptm tsv ott msg eml ics vcf',
  archive:
    'zip rar 7z tar gz tgz bz2 xz zst lz4 lzma iso img dmg deb rpm apk exe msi jar war cab appimage snap flatpak whl gem vhd vhdx vmdk qcow2 pkg bin ova torrent',
  code: 'c h cc cpp cxx hpp cs java kt js mjs cjs jsx tsx py rb rs go php pl pm sh bash zsh fish lua sql html htm css scss less xml json yaml yml toml ini cfg conf r jl m swift scala clj ex exs erl hs ml vue dart asm s f90 ipynb gradle cmake bat ps1 vb proto graphql tf lock',
  subtitle: 'srt sub ass ssa vtt idx sup smi',
  other:
    'nfo sfv md5 sha256 url lnk db dat bak tmp part ttf otf woff woff2 pem crt sig asc sqlite cue m3u m3u8 pls mo po gitignore',
};

const TYPE_OF = new Map(
  Object.entries(EXTENSIONS).flatMap(([type, list]) =>
    list.split(' ').map((extension) => [extension, type] as const),
  ),
);
const TYPES = new Set<string>(fileTypes);
const EXTENSION_CHARACTERS_MAX = 9;

/** The extension of a name in small letters, without its dot; empty if it has none that is known as one. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  if (dot < 1 || name.length - dot - 1 > EXTENSION_CHARACTERS_MAX) return '';
  const extension = name.slice(dot + 1).toLowerCase();
  return TYPE_OF.has(extension) ? extension : '';
}

export const isExtension = (word: string): boolean => TYPE_OF.has(word);

/** The type that an extension stands for, if it is one that people ask for. */
export function typeOf(extension: string): FileType | undefined {
  const type = TYPE_OF.get(extension) ?? '';
  return TYPES.has(type) ? (type as FileType) : undefined;
}

/** All extensions of a type. */
export const extensionsOf = (type: FileType): string[] => EXTENSIONS[type].split(' ');

const RANKS = ['video', 'folder', 'audio', 'document', 'archive', 'code', 'image', 'subtitle'];

/** What people more often mean if names are equal: the film before its poster, its subtitles, its notes. */
export function kindRank(extension: string, isDirectory: boolean): number {
  const rank = RANKS.indexOf(isDirectory ? 'folder' : (TYPE_OF.get(extension) ?? ''));
  return rank < 0 ? RANKS.length : rank;
}
