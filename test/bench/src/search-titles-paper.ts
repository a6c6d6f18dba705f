/** Music, books, papers of an office, software and source trees as people keep them. */

/** `artist: album|year = track, track, …`, one per line. */
const ALBUMS = `Michael Jackson: Thriller|1982 = Wanna Be Startin' Somethin', Baby Be Mine, The Girl Is Mine, Thriller, Beat It, Billie Jean, Human Nature, P.Y.T., The Lady in My Life
Michael Jackson: Bad|1987 = Bad, The Way You Make Me Feel, Speed Demon, Liberian Girl, Man in the Mirror, Dirty Diana, Smooth Criminal, Leave Me Alone
The Beatles: Abbey Road|1969 = Come Together, Something, Maxwell's Silver Hammer, Oh! Darling, Octopus's Garden, I Want You, Here Comes the Sun, Because, Golden Slumbers, The End
The Beatles: Revolver|1966 = Taxman, Eleanor Rigby, I'm Only Sleeping, Love You To, Yellow Submarine, She Said She Said, For No One, Doctor Robert, Tomorrow Never Knows
Pink Floyd: The Dark Side of the Moon|1973 = Speak to Me, Breathe, On the Run, Time, The Great Gig in the Sky, Money, Us and Them, Brain Damage, Eclipse
Pink Floyd: Wish You Were Here|1975 = Shine On You Crazy Diamond, Welcome to the Machine, Have a Cigar, Wish You Were Here
Queen: A Night at the Opera|1975 = Death on Two Legs, I'm in Love with My Car, You're My Best Friend, '39, Love of My Life, Bohemian Rhapsody
AC-DC: Back in Black|1980 = Hells Bells, Shoot to Thrill, What Do You Do for Money Honey, Back in Black, You Shook Me All Night Long, Shake a Leg
R.E.M.: Out of Time|1991 = Radio Song, Losing My Religion, Low, Near Wild Heaven, Shiny Happy People, Belong, Half a World Away
R.E.M.: Automatic for the People|1992 = Drive, Try Not to Breathe, Everybody Hurts, Man on the Moon, Nightswimming, Find the River
U2: The Joshua Tree|1987 = Where the Streets Have No Name, I Still Haven't Found What I'm Looking For, With or Without You, Bullet the Blue Sky, One Tree Hill
U2: Achtung Baby|1991 = Zoo Station, Even Better Than the Real Thing, One, Mysterious Ways, Acrobat
Ke$ha: Animal|2010 = Your Love Is My Drug, Tik Tok, Take It Off, Kiss n Tell, Blah Blah Blah, Dinosaur
P!nk: Funhouse|2008 = So What, Sober, Please Don't Leave Me, Bad Influence, Glitter in the Air
Guns N' Roses: Appetite for Destruction|1987 = Welcome to the Jungle, It's So Easy, Nightrain, Paradise City, Sweet Child o' Mine, Rocket Queen
Nirvana: Nevermind|1991 = Smells Like Teen Spirit, In Bloom, Come as You Are, Breed, Lithium, Polly, Drain You, Something in the Way
Radiohead: OK Computer|1997 = Airbag, Paranoid Android, Subterranean Homesick Alien, Exit Music, Let Down, Karma Police, No Surprises, Lucky
Radiohead: Kid A|2000 = Everything in Its Right Place, Kid A, The National Anthem, How to Disappear Completely, Optimistic, Idioteque
Daft Punk: Discovery|2001 = One More Time, Aerodynamic, Digital Love, Harder Better Faster Stronger, Crescendolls, Something About Us, Too Long
Björk: Homogenic|1997 = Hunter, Jóga, Unravel, Bachelorette, All Neon Like, 5 Years, Immature, Pluto
Sigur Rós: Ágætis byrjun|1999 = Svefn-g-englar, Starálfur, Flugufrelsarinn, Ný batterí, Viðrar vel til loftárása
Kraftwerk: Trans-Europa Express|1977 = Europa Endlos, Spiegelsaal, Schaufensterpuppen, Metall auf Metall, Franz Schubert
Rammstein: Mutter|2001 = Mein Herz brennt, Links 2-3-4, Sonne, Ich will, Feuer frei!, Mutter, Zwitter
Die Ärzte: 13|1998 = Punk ist..., Ein Lied für dich, Goldenes Handwerk, Männer sind Schweine, Rebell
Édith Piaf: L'Intégrale|2003 = La Vie en rose, Non je ne regrette rien, Milord, Hymne à l'amour, Padam padam
Stromae: Racine carrée|2013 = Ta fête, Papaoutai, Bâtard, Ave Cesaria, Tous les mêmes, Formidable, Carmen
Кино: Группа крови|1988 = Группа крови, Закрой за мной дверь, Война, Спокойная ночь, Мама мы все сошли с ума
ДДТ: Актриса весна|1992 = Дождь, В последнюю осень, Родина, Что такое осень
Μίκης Θεοδωράκης: Άξιον Εστί|1964 = Η Γένεσις, Τα Πάθη, Της Δικαιοσύνης ήλιε νοητέ
أم كلثوم: الأغاني|1965 = إنت عمري, الأطلال, ألف ليلة وليلة, سيرة الحب
宇多田ヒカル: First Love|1999 = Automatic, First Love, 甘いワナ, 時間がたつまで
BTS: Love Yourself|2018 = 봄날, 피 땀 눈물, 작은 것들을 위한 시, FAKE LOVE
周杰伦: 七里香|2004 = 七里香, 借口, 外婆, 将军, 搁浅
!!!: Myth Takes|2007 = Myth Takes, All My Heroes Are Weirdos, Must Be the Moon, Heart of Hearts
Sigrid & Friends: Live in Oslo|2019 = Strangers, Sucker Punch, Don't Kill My Vibe
Blink-182: Enema of the State|1999 = Dumpweed, Don't Leave Me, Adam's Song, All the Small Things, What's My Age Again
Maroon 5: Songs About Jane|2002 = Harder to Breathe, This Love, Shiver, She Will Be Loved, Sunday Morning
The xx: xx|2009 = Intro, VCR, Crystalised, Islands, Heart Skipped a Beat, Basic Space
Outkast: Stankonia|2000 = Gasoline Dreams, So Fresh So Clean, Ms. Jackson, B.O.B., Humble Mumble
Jay-Z: The Blueprint|2001 = The Ruler's Back, Takeover, Izzo (H.O.V.A.), Renegade, 99 Problems
Metallica: Master of Puppets|1986 = Battery, Master of Puppets, The Thing That Should Not Be, Disposable Heroes, Orion
Iron Maiden: The Number of the Beast|1982 = Invaders, Children of the Damned, The Prisoner, 22 Acacia Avenue, Run to the Hills
Simon & Garfunkel: Bridge over Troubled Water|1970 = El Condor Pasa, Cecilia, The Boxer, The Only Living Boy in New York
Joni Mitchell: Blue|1971 = All I Want, My Old Man, Carey, California, River, A Case of You
Miles Davis: Kind of Blue|1959 = So What, Freddie Freeloader, Blue in Green, All Blues, Flamenco Sketches
John Coltrane: A Love Supreme|1965 = Acknowledgement, Resolution, Pursuance, Psalm
Johann Sebastian Bach: Goldberg Variations|1981 = Aria, Variatio 1, Variatio 2, Variatio 13, Variatio 25, Quodlibet, Aria da capo
Ludwig van Beethoven: Symphony No. 9|1963 = Allegro ma non troppo, Molto vivace, Adagio molto e cantabile, Ode to Joy
Wolfgang Amadeus Mozart: Requiem|1991 = Introitus, Kyrie, Dies irae, Rex tremendae, Lacrimosa, Agnus Dei
Prince: 1999|1982 = 1999, Little Red Corvette, Delirious, D.M.S.R., Automatic
Adele: 21|2011 = Rolling in the Deep, Rumour Has It, Turning Tables, Set Fire to the Rain, Someone Like You
Taylor Swift: 1989|2014 = Welcome to New York, Blank Space, Style, Out of the Woods, Shake It Off, Bad Blood
Beyoncé: Lemonade|2016 = Pray You Catch Me, Hold Up, Sorry, Daddy Lessons, Formation`;

/** `author: title; title`, one per line. */
const BOOKS = `George Orwell: 1984; Animal Farm; Homage to Catalonia
Jane Austen: Pride and Prejudice; Sense and Sensibility; Emma; Persuasion
Fyodor Dostoevsky: Crime and Punishment; The Brothers Karamazov; The Idiot
Лев Толстой: Война и мир; Анна Каренина; Воскресение
Михаил Булгаков: Мастер и Маргарита; Собачье сердце; Белая гвардия
Franz Kafka: Der Prozess; Das Schloss; Die Verwandlung
Thomas Mann: Der Zauberberg; Buddenbrooks; Tod in Venedig
Victor Hugo: Les Misérables; Notre-Dame de Paris
Antoine de Saint-Exupéry: Le Petit Prince; Vol de nuit
Gabriel García Márquez: Cien años de soledad; El amor en los tiempos del cólera
Jorge Luis Borges: Ficciones; El Aleph
Umberto Eco: Il nome della rosa; Il pendolo di Foucault
Italo Calvino: Le città invisibili; Il barone rampante
Haruki Murakami: Norwegian Wood; Kafka on the Shore; 1Q84
夏目漱石: こころ; 吾輩は猫である; 坊っちゃん
鲁迅: 狂人日记; 阿Q正传; 呐喊
曹雪芹: 红楼梦
한강: 채식주의자; 소년이 온다
نجيب محفوظ: بين القصرين; قصر الشوق; أولاد حارتنا
עמוס עוז: סיפור על אהבה וחושך; מיכאל שלי
Νίκος Καζαντζάκης: Βίος και πολιτεία του Αλέξη Ζορμπά; Ο τελευταίος πειρασμός
Milan Kundera: Nesnesitelná lehkost bytí; Žert
Stanisław Lem: Solaris; Cyberiada; Głos Pana
J. R. R. Tolkien: The Hobbit; The Silmarillion; The Children of Húrin
Ursula K. Le Guin: The Left Hand of Darkness; The Dispossessed; A Wizard of Earthsea
Isaac Asimov: Foundation; I, Robot; The Caves of Steel; The Gods Themselves
Philip K. Dick: Ubik; The Man in the High Castle; A Scanner Darkly; Do Androids Dream of Electric Sheep
Frank Herbert: Dune; Dune Messiah; Children of Dune
William Gibson: Neuromancer; Count Zero; Mona Lisa Overdrive
Neal Stephenson: Snow Crash; Cryptonomicon; Anathem; The Diamond Age
Terry Pratchett: Guards! Guards!; Mort; Small Gods; Going Postal
Douglas Adams: The Hitchhiker's Guide to the Galaxy; Mostly Harmless
Donald Knuth: The Art of Computer Programming Volume 1; The Art of Computer Programming Volume 2; The Art of Computer Programming Volume 3
Bjarne Stroustrup: The C++ Programming Language; A Tour of C++
Jon Skeet: C# in Depth
Brian Kernighan: The C Programming Language; The Go Programming Language
Andrew Tanenbaum: Modern Operating Systems; Computer Networks
Martin Fowler: Refactoring; Patterns of Enterprise Application Architecture
Yuval Noah Harari: Sapiens; Homo Deus; 21 Lessons for the 21st Century
Stephen Hawking: A Brief History of Time; The Universe in a Nutshell
Agatha Christie: Murder on the Orient Express; Death on the Nile; And Then There Were None
Arthur Conan Doyle: The Hound of the Baskervilles; A Study in Scarlet; The Sign of the Four
Stephen King: It; The Stand; 11-22-63; The Shining; Misery
Herman Melville: Moby-Dick; Bartleby, the Scrivener
Ernest Hemingway: The Old Man and the Sea; A Farewell to Arms; For Whom the Bell Tolls
Joseph Heller: Catch-22
Kurt Vonnegut: Slaughterhouse-Five; Cat's Cradle
Ray Bradbury: Fahrenheit 451; The Martian Chronicles
Aldous Huxley: Brave New World; Island
Virginia Woolf: To the Lighthouse; Mrs Dalloway; Orlando`;

/** Words of an office in fifteen languages: `what, what | about, about`, one language per line. */
const PAPERS = `invoice, contract, minutes, budget, quotation, report, presentation, travel expenses | electricity, insurance, kitchen renovation, school board, annual meeting, car repair, tax return, summer camp
Rechnung, Vertrag, Protokoll, Angebot, Kündigung, Bericht, Mietvertrag, Steuererklärung | Strom, Haftpflichtversicherung, Küche, Elternbeirat, Jahreshauptversammlung, Werkstatt, Möbelhaus, Hausverwaltung
facture, contrat, compte rendu, devis, rapport, attestation, avis d'imposition | électricité, assurance habitation, rénovation cuisine, conseil d'école, garage, vacances d'été
factura, contrato, acta, presupuesto, informe, declaración de la renta | luz, seguro del coche, reforma baño, junta de vecinos, colegio, año nuevo
fattura, contratto, verbale, preventivo, relazione, dichiarazione dei redditi | luce, assicurazione auto, ristrutturazione, assemblea condominio, università
fatura, contrato, ata, orçamento, relatório, declaração | eletricidade, seguro, reunião de condomínio, férias, ações
factuur, contract, notulen, offerte, verslag, belastingaangifte | stroom, verzekering, vergadering, verbouwing, gemeente
faktura, umowa, protokół, oferta, sprawozdanie, zeznanie podatkowe | prąd, ubezpieczenie, wspólnota mieszkaniowa, łazienka, żłobek
faktura, smlouva, zápis, nabídka, zpráva, daňové přiznání | elektřina, pojištění, schůze výboru, rekonstrukce, příměstský tábor
faktura, avtal, protokoll, offert, rapport, deklaration | el, försäkring, årsmöte, köksrenovering, förskola
счёт, договор, протокол, смета, отчёт, справка | электричество, страхование, собрание жильцов, ремонт кухни, детский сад
τιμολόγιο, συμβόλαιο, πρακτικά, προσφορά, έκθεση | ρεύμα, ασφάλεια αυτοκινήτου, γενική συνέλευση, ανακαίνιση
فاتورة, عقد, محضر اجتماع, عرض أسعار, تقرير | الكهرباء, تأمين السيارة, مجلس الإدارة, ترميم المطبخ
חשבונית, חוזה, פרוטוקול, הצעת מחיר, דוח שנתי | חשמל, ביטוח רכב, ועד הבית, שיפוץ מטבח
請求書, 契約書, 議事録, 見積書, 報告書 | 電気料金, 自動車保険, 定例会議, 台所改修, 保育園`;

/** `name major.minor.patch file.ending`, separated by `;`. */
const SOFTWARE = `ubuntu-desktop-amd64 iso;debian-netinst-amd64 iso;fedora-workstation-x86_64 iso;linuxmint-cinnamon-64bit iso;archlinux-x86_64 iso;firefox-setup exe;thunderbird-setup exe;vlc-win64 exe;libreoffice-x86-64 msi;gimp-setup exe;inkscape-x64 msi;blender-linux-x64 tar.xz;audacity-win-x64 exe;obs-studio-installer exe;7z-x64 exe;node-linux-x64 tar.xz;python-amd64 exe;go-linux-amd64 tar.gz;rust-x86_64-unknown-linux-gnu tar.gz;jdk-linux-x64-bin tar.gz;postgresql-windows-x64 exe;mysql-installer-community msi;mongodb-linux tgz;redis tar.gz;nginx tar.gz;apache-httpd tar.bz2;kubernetes-client tar.gz;docker-desktop dmg;virtualbox-Win exe;vmware-workstation-full exe;wireshark-win64 exe;nmap-setup exe;putty-64bit-installer msi;filezilla-win64-setup exe;keepassxc-win64 msi;veracrypt-setup exe;notepad-plus-plus-installer-x64 exe;android-studio-linux tar.gz;eclipse-java-linux-gtk tar.gz;intellij-idea-community tar.gz;arduino-linux64 tar.xz;kicad-x86_64 exe;freecad-windows 7z;godot-stable-linux zip;steam-installer deb;signal-desktop AppImage;nextcloud-server zip;wordpress zip;raspberry-pi-os-lite img;openwrt-ath79 bin`;

const PROJECTS =
  'react angular vue svelte webpack babel typescript eslint prettier express fastify django flask rails laravel spring kafka spark hadoop tensorflow pytorch numpy pandas scikit-learn opencv ffmpeg linux git redis nginx postgres sqlite mysql kubernetes docker terraform ansible prometheus grafana electron chromium vscode neovim emacs tmux zsh homebrew curl openssl libuv zeromq protobuf grpc rust go python ruby perl lua julia haskell ocaml erlang elixir clojure scala kotlin swift home-assistant octoprint';
const SOURCE_FILES =
  'README.md CHANGELOG.md LICENSE package.json Makefile Dockerfile tsconfig.json index.ts main.rs main.go setup.py requirements.txt CMakeLists.txt pom.xml build.gradle app.py server.js utils.ts helpers.ts config.yaml docker-compose.yml .gitignore .eslintrc.json test_utils.py http_client.go userController.java UserService.java parser.c parser.h lexer.c hash_table.c linked_list.c string_utils.cpp image_loader.cpp renderer.cpp event-emitter.js date-format.js useFetch.ts Button.tsx Modal.tsx DataTable.tsx theme.css styles.scss schema.sql migrations.sql';

export interface Album {
  readonly artist: string;
  readonly album: string;
  readonly year: number;
  readonly tracks: readonly string[];
}

export const albums: readonly Album[] = ALBUMS.split('\n').map((line) => {
  const [head = '', tracks = ''] = line.split(' = ');
  const [artist = '', rest = ''] = head.split(': ');
  const [album = '', year = ''] = rest.split('|');
  return { artist, album, year: Number(year), tracks: tracks.split(', ') };
});

export interface Book {
  readonly author: string;
  readonly title: string;
}

export const books: readonly Book[] = BOOKS.split('\n').flatMap((line) => {
  const [author = '', titles = ''] = line.split(': ');
  return titles.split('; ').map((title) => ({ author, title }));
});

export const papers: readonly { readonly kinds: string[]; readonly subjects: string[] }[] =
  PAPERS.split('\n').map((line) => {
    const [kinds = '', subjects = ''] = line.split(' | ');
    return { kinds: kinds.split(', '), subjects: subjects.split(', ') };
  });

export const software: readonly (readonly [string, string])[] = SOFTWARE.split(';').map((line) => {
  const [name = '', ending = ''] = line.split(' ');
  return [name, ending];
});
export const projects: readonly string[] = PROJECTS.split(' ');
export const sourceFiles: readonly string[] = SOURCE_FILES.split(' ');

/** Plain words, for titles that nobody has written yet: a shelf of a million has more titles than any list. */
export const plainWords =
  `river silver garden winter shadow stone silent broken golden summer secret island lonely empire crimson harbor forest paper copper velvet morning thunder glass distant burning hidden ancient wooden frozen hollow wild bitter gentle sacred savage orphan captain widow soldier doctor painter sailor hunter merchant prophet dancer thief stranger daughter brother mother king queen prince beggar pilgrim teacher singer miller baker farmer city village castle tower bridge market station window mirror candle lantern letter diary map compass anchor wheel clock bell drum violin guitar piano flute song hymn dance dream memory promise journey voyage return escape arrival departure wedding funeral harvest feast storm flood drought earthquake eclipse comet planet moon desert mountain valley canyon meadow swamp ocean lagoon glacier volcano waterfall orchard vineyard tiger wolf raven eagle falcon spider serpent dragon horse donkey elephant whale dolphin turtle butterfly beetle scorpion fox bear lion crow owl swan heron sparrow blood bone heart hand eye tongue fever sleep hunger thirst war peace revenge justice mercy honor shame pride envy wisdom folly truth lies faith doubt hope despair fear courage rage sorrow joy laughter tears silence echo whisper scream north south east west midnight noon dawn dusk twilight yesterday tomorrow century decade january april october december monday friday sunday red blue green yellow purple orange black white gray scarlet amber emerald sapphire ruby diamond pearl iron steel bronze marble granite clay sand dust ash smoke fire ember frost snow ice rain mist fog cloud wind breeze tempest`.split(
    ' ',
  );
