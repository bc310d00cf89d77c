-- For pandoc: the README's chapter on the config as a manual page. Its tables of keys become lists of
-- terms, since a page of a terminal is too narrow for them, and links become their text.
local function text_of(cell)
  return pandoc.utils.blocks_to_inlines(cell.contents)
end

local function is_empty(inlines)
  return pandoc.utils.stringify(inlines):match("^%s*$") ~= nil
end

-- The columns between the first and the last, such as default and range, follow the meaning.
local function definition(names, cells)
  local made = pandoc.Inlines(text_of(cells[#cells]))
  local before = #made > 0 and " (" or "("
  for at = 2, #cells - 1 do
    local inlines = text_of(cells[at])
    if not is_empty(inlines) then
      local name = pandoc.utils.stringify(names[at].contents) .. ": "
      if pandoc.utils.stringify(inlines):match("^required") then
        name = ""
      end
      made:extend({ pandoc.Str(before .. name) })
      made:extend(inlines)
      before = "; "
    end
  end
  if before == "; " then
    made:extend({ pandoc.Str(")") })
  end
  return { pandoc.Plain(made) }
end

function Table(table)
  local names = table.head.rows[1].cells
  local terms = {}
  for _, body in ipairs(table.bodies) do
    for _, row in ipairs(body.body) do
      terms[#terms + 1] = { text_of(row.cells[1]), { definition(names, row.cells) } }
    end
  end
  return pandoc.DefinitionList(terms)
end

function Code(code)
  return pandoc.Strong({ pandoc.Str(code.text) })
end

function Link(link)
  return link.content
end

-- "## Configure" is the page, what is below it are its chapters.
local first = true
function Header(header)
  header.level = 1
  if first then
    header.content = pandoc.Inlines({ pandoc.Str("DESCRIPTION") })
    first = false
  end
  return header
end
