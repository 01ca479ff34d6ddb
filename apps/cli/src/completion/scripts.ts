import type { SHELLS } from './complete.js';

/** Exit code of `ktrdr __complete` if the shell should offer file names. With any other code, the shell offers only the printed candidates. */
export const FILES = 3;

/** The script that each shell reads. It asks `ktrdr __complete` for candidates at every Tab. */
export const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], string>> = {
  bash: `# bash completion of ktrdr. In ~/.bashrc: source <(ktrdr completion bash)
_ktrdr() {
  local current="\${COMP_WORDS[COMP_CWORD]}" lines line
  COMPREPLY=()
  lines=$("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if (( $? == ${FILES} )); then compopt -o default; return; fi
  while IFS= read -r line; do
    [[ -z $line ]] && continue
    line="\${line%%$'\\t'*}"
    # bash completes only what follows an =
    if [[ $line == --*=* && $current != --* ]]; then line="\${line#*=}"; fi
    COMPREPLY+=("$line")
  done <<< "$lines"
  case "\${COMPREPLY[0]-}" in */|*,) compopt -o nospace ;; esac
}
complete -F _ktrdr ktrdr
`,
  zsh: `#compdef ktrdr
# zsh completion of ktrdr. In ~/.zshrc, after compinit: source <(ktrdr completion zsh)
_ktrdr() {
  local -a values shown
  local lines line
  lines="$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)"
  if (( $? == ${FILES} )); then
    _files
    return
  fi
  for line in "\${(@f)lines}"; do
    [[ -z $line ]] && continue
    values+=("\${line%%$'\\t'*}")
    shown+=("\${line%%$'\\t'*}  \${line#*$'\\t'}")
  done
  if [[ \${values[1]} == */ ]]; then
    compadd -S '' -d shown -a values
  else
    compadd -d shown -a values
  fi
}
compdef _ktrdr ktrdr
`,
  fish: `# fish completion of ktrdr. In ~/.config/fish/config.fish: ktrdr completion fish | source
function __ktrdr_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l lines ($words[1] __complete $words[2..-1] 2>/dev/null)
  if test $status -eq ${FILES}
    __fish_complete_path (commandline -ct)
  else if test (count $lines) -gt 0
    printf '%s\\n' $lines
  end
end
complete -c ktrdr -f -a '(__ktrdr_complete)'
`,
};
