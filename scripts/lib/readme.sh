# shellcheck shell=bash
# The README's blocks, for tests that run them. To be sourced; wants root, the folder it is in.
# shellcheck disable=SC2154 # root is the caller's

block() { # LANGUAGE TEXT: the README's first block of that language that has the text in it
  awk -v fence="\`\`\`$1" -v text="$2" '
    $0 == fence {inside = 1; kept = ""; next}
    inside && $0 == "```" {if (index(kept, text)) {printf "%s", kept; exit} inside = 0}
    inside {kept = kept $0 "\n"}' "$root/README.md"
}
