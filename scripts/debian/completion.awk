# Makes the data of bash's completion of help.awk's records, each with `path PATH` before those of a
# command: awk -F '\t' -v program=recycled
#   words[PATH]           the commands and options that may stand there
#   commands[PATH]        the commands alone
#   values[PATH OPTION]   the words of a closed set, @file, @folder, or @free: what a person knows
#   values[PATH @]        what stands without an option
function quoted(text) { gsub(/'/, "'\\''", text); return "'" text "'" }

$1 == "path" { path = $2; paths[++count] = path; next }
$1 == "item" && $2 == "Subcommands" {
  commands[path] = commands[path] " " $3
  words[path] = words[path] " " $3
}
$1 == "item" && $2 == "Positionals" && $3 ~ /^(FILE|DIR)$/ { values[path " @"] = $3 == "DIR" ? "@folder" : "@file" }
$1 == "item" && $2 == "Options" {
  many = split($3, each, ",")
  for (i = 1; i <= many; i++) {
    words[path] = words[path] " " each[i]
    if ($4 != "") values[path " " each[i]] = $5 != "" ? $5 : $4 == "FILE" ? "@file" : "@free"
  }
}
END {
  variable = "_" program
  gsub(/-/, "_", variable)
  print "# Made of what " program " says with --help, when the package was built."
  print "declare -gA " variable "_words=("
  for (i = 1; i <= count; i++) print "  [" quoted(paths[i]) "]=" quoted(substr(words[paths[i]], 2))
  print ")\ndeclare -gA " variable "_commands=("
  for (i = 1; i <= count; i++)
    if (paths[i] in commands) print "  [" quoted(paths[i]) "]=" quoted(substr(commands[paths[i]], 2))
  print ")\ndeclare -gA " variable "_values=("
  fflush()
  for (key in values) print "  [" quoted(key) "]=" quoted(values[key]) | "LC_ALL=C sort"
  close("LC_ALL=C sort")
  print ")"
}
