import type { SHELLS } from './complete.js';

/** The script that each shell reads. It asks `ktrdr __complete` for candidates at every Tab. */
export const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], string>> = {
  bash: `# bash completion of ktrdr. In ~/.bashrc: source <(ktrdr completion bash)
_ktrdr() {
  local IFS=$'\\n' current="\${COMP_WORDS[COMP_CWORD]}" line
  COMPREPLY=()
  for line in $("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null); do
    line="\${line%%$'\\t'*}"
    # bash completes only what follows an =
    if [[ $line == --*=* && $current != --* ]]; then line="\${line#*=}"; fi
    COMPREPLY+=("$line")
  done
  case "\${COMPREPLY[0]-}" in */|*,) compopt -o nospace ;; esac
}
complete -o default -F _ktrdr ktrdr
`,
  zsh: `#compdef ktrdr
# zsh completion of ktrdr. In ~/.zshrc, after compinit: source <(ktrdr completion zsh)
_ktrdr() {
  local -a lines values shown
  local line
  lines=("\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in $lines; do
    [[ -z $line ]] && continue
    values+=("\${line%%$'\\t'*}")
    shown+=("\${line%%$'\\t'*}  \${line#*$'\\t'}")
  done
  if (( \${#values} == 0 )); then
    _files
  elif [[ \${values[1]} == */ ]]; then
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
  if test (count $lines) -eq 0
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $lines
  end
end
complete -c ktrdr -f -a '(__ktrdr_complete)'
`,
};
