/** The scripts that shells load. They hold no knowledge: each asks `iwanto complete` with the words that were typed. */

export type Shell = 'bash' | 'zsh' | 'fish';

/** The answer of `iwanto complete` that stands for the folders of this host; the shell knows them best. */
export const FOLDERS = ':folders';

const BASH = String.raw`# Completion of iwanto for bash: source <(iwanto completion bash)
_iwanto() {
  local current="\${COMP_WORDS[COMP_CWORD]}" value about
  COMPREPLY=()
  while IFS=$'\t' read -r value about; do
    if [ "$value" = '${FOLDERS}' ]; then
      compopt -o filenames
      while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -d -- "$current")
    else
      COMPREPLY+=("$value")
    fi
  done < <("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _iwanto iwanto
`;

const ZSH = String.raw`#compdef iwanto
# Completion of iwanto for zsh: source <(iwanto completion zsh), or this file as _iwanto in $fpath.
_iwanto() {
  local -a values
  local value about
  while IFS=$'\t' read -r value about; do
    if [[ $value == '${FOLDERS}' ]]; then
      _files -/
    else
      values+=("\${value//:/\\:}\${about:+:$about}")
    fi
  done < <("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#values )) && _describe iwanto values
}
if [[ $funcstack[1] == _iwanto ]]; then _iwanto "$@"; else compdef _iwanto iwanto; fi
`;

const FISH = String.raw`# Completion of iwanto for fish: iwanto completion fish | source
function __iwanto_complete
  set -l typed (commandline -opc)
  set -l current (commandline -ct)
  for line in ($typed[1] complete -- $typed[2..-1] "$current" 2>/dev/null)
    if test "$line" = '${FOLDERS}'
      __fish_complete_directories "$current"
    else
      echo $line
    end
  end
end
complete -c iwanto -f -a '(__iwanto_complete)'
`;

/** In a template \${ would begin an expression. */
const plain = (script: string): string => script.replaceAll('\\${', '${');

export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: plain(BASH),
  zsh: plain(ZSH),
  fish: plain(FISH),
};
