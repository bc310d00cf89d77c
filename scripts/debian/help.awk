# Reads what `PROGRAM COMMAND --help` prints (CLI11's layout) into records, a line each, with tabs
# between the fields. Man pages and completion are made of them, so that --help stays the one truth:
#   about TEXT            what it is
#   usage TEXT
#   note TEXT             on what follows: a group of options
#   item SECTION NAMES TYPE WORDS REMARK TEXT
#     SECTION is Options, Positionals or Subcommands; TYPE is empty for a flag; WORDS are the values of
#     a closed set; REMARK is what CLI11 says in words of its own: required, default, range, excludes
#   foot LINE             of the text at the end, as it stands
BEGIN { OFS = "\t"; column = 30; level = 0 }

function trim(text) { gsub(/^ +| +$/, "", text); return text }

function remark(text) { said = said (said == "" ? "" : "; ") text }

# Of a name's field, such as "--limit INT:INT in [1 - 50]=6 REQUIRED Excludes: --all".
function item(left, text,    names, type, words, part) {
  left = trim(left)
  said = ""
  words = ""
  if (match(left, / (Excludes|Needs): .*/)) {
    part = substr(left, RSTART + 1)
    left = substr(left, 1, RSTART - 1)
    names = part ~ /^Needs/ ? "with " : "not with "
    sub(/^[A-Za-z]+: /, "", part)
    gsub(/ /, " or ", part)
    remark(names part)
  }
  if (sub(/ REQUIRED$/, "", left)) remark("required")
  names = left
  sub(/ .*/, "", names)
  type = trim(substr(left, length(names) + 1))
  if (match(type, /=[^ ]*$/)) {
    remark("default: " substr(type, RSTART + 1))
    type = substr(type, 1, RSTART - 1)
  }
  if (match(type, /\{[^}]*\}$/)) {
    words = substr(type, RSTART + 1, RLENGTH - 2)
    gsub(/,/, " ", words)
    type = words
    gsub(/ /, "|", type)
  } else if (match(type, /:[A-Z]+ in \[[^]]*\]$/)) {
    part = substr(type, RSTART, RLENGTH - 1)
    type = substr(type, 1, RSTART - 1)
    sub(/.*\[/, "", part)
    sub(/ - /, " to ", part)
    remark(part)
  }
  sub(/ \.\.\.$/, "...", type)
  if (section == "Positionals") sub(/^[A-Z]+/, "", type) # its name says it
  print "item", section, names, type, words, said, text
}

# A name that fills its column has its description on the next line; which it is shows only there.
function release() {
  if (held != "") item(substr(held, 1, column), substr(held, column + 1))
  held = ""
}

NR == 1 { print "about", $0; next }
/^Usage: / { print "usage", substr($0, 8); next }
in_foot { print "foot", $0; next }
/^$/ { release(); blank = 1; next }
/^ *(Options|Positionals|Subcommands):$/ {
  release()
  blank = 0
  section = trim($0)
  sub(/:$/, "", section)
  next
}
/^ *\[Option Group: / {
  release()
  match($0, /^ */)
  level = RLENGTH / 2 + 1
  section = ""
  next
}
blank && section != "" { in_foot = 1; print "foot", $0; next }
section == "" { # what a group says of itself
  text = trim($0)
  if (text ~ /^\[.*\]$/) text = substr(text, 2, length(text) - 2)
  if (text != "") print "note", text
  next
}
{
  line = substr($0, 2 * level + 1)
  if (held != "" && substr(line, 1, column) ~ /^ +$/) {
    item(held, substr(line, column + 1))
    held = ""
    next
  }
  release()
  held = line
}
END { release() }
