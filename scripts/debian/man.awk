# Makes a manual page of help.awk's records: awk -F '\t' -v name=… -v version=… -v date=… -v see=…
# A record `command NAME` begins a command of a command, which gets a chapter of its own.
function roff(text) {
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  if (text ~ /^[.']/) text = "\\&" text
  return text
}
function bold(text) { return "\\fB" roff(text) "\\fR" }
function italic(text) { return "\\fI" roff(text) "\\fR" }
function quoted(text) { gsub(/"/, "\\(dq", text); return "\"" text "\"" }

# "OPTIONS" of the page's own command, ".SS Options" in the chapter of a command's command.
function heading(text) {
  if (text == last_heading) return
  last_heading = text
  if (nested) print ".SS " text
  else print ".SH " toupper(text)
}

# The prose at the end: lines that are indented stay as they are, and so does the end of a line that
# was not broken for want of room.
function foot(line) {
  if (line ~ /^Examples?:$/) {
    heading("Examples")
    in_example = 1
    short = 0
    return
  }
  if (line ~ /^  /) {
    if (!verbatim) print (in_example ? ".nf" : ".RS 4\n.nf")
    verbatim = 1
    paragraph = 0
    print roff(substr(line, 3))
    return
  }
  if (verbatim) {
    close_verbatim()
    if (in_example) heading("Notes")
    paragraph = !in_example
    in_example = 0
    short = 0
  } else if (!in_example) {
    heading("Notes")
  }
  if (line == "") {
    paragraph = 1
    return
  }
  if (paragraph) print ".PP"
  else if (short) print ".br"
  paragraph = 0
  print roff(line)
  short = length(line) < 80
}
function close_verbatim() {
  if (verbatim) print (in_example ? ".fi" : ".fi\n.RE")
  verbatim = 0
}

$1 == "command" {
  close_verbatim()
  nested = 1
  in_example = 0
  last_heading = ""
  command = $2
  next
}
$1 == "about" && !nested {
  print ".\\\" Made from --help when the package was built."
  print ".TH " quoted(toupper(name)) " 1 " quoted(date) " " quoted("recycled " version) " " \
    quoted("recycled")
  print ".SH NAME\n" name " \\- " roff($2)
  about = $2
  next
}
$1 == "about" { about = $2; next }
$1 == "usage" {
  usage = $2
  program = usage
  sub(/ .*/, "", program)
  sub(/^[^ ]* ?/, "", usage)
  sub(/.*\//, "", program)
  words = program
  while (match(usage, /^[a-z][-a-z]*( |$)/)) {
    words = words " " substr(usage, 1, RLENGTH)
    sub(/ $/, "", words)
    usage = substr(usage, RLENGTH + 1)
  }
  if (nested) {
    print ".SH " quoted(toupper(command))
    print bold(words) " " italic(usage)
  } else {
    print ".SH SYNOPSIS\n" bold(words) " " italic(usage)
  }
  print (nested ? ".PP\n" : ".SH DESCRIPTION\n") roff(toupper(substr(about, 1, 1)) substr(about, 2)) (about ~ /\.$/ ? "" : ".")
  next
}
$1 == "note" { print ".PP\n" roff(toupper(substr($2, 1, 1)) substr($2, 2)) ($2 ~ /[.:]$/ ? "" : "."); next }
$1 == "item" {
  heading($2 == "Positionals" ? "Arguments" : $2 == "Subcommands" ? "Commands" : "Options")
  names = $3
  if ($2 == "Positionals") {
    shown = italic(names $4)
  } else if ($2 == "Subcommands") {
    shown = bold(names)
  } else {
    count = split(names, each, ",")
    shown = ""
    for (i = 1; i <= count; i++) shown = shown (i > 1 ? ", " : "") bold(each[i])
    if ($4 != "") shown = shown " " italic($4)
  }
  print ".TP\n" shown "\n" roff($7 ($6 == "" ? "" : ($7 == "" ? "" : " ") "(" $6 ")"))
  next
}
$1 == "foot" { foot($2) }
END {
  close_verbatim()
  if (more != "") while ((getline line < more) > 0) print line
  if (see != "") print ".SH SEE ALSO\n" see
}
