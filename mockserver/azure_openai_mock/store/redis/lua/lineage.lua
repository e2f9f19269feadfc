-- (kind, id, most rows): {the id of the next ancestor, rows}: the row and its ancestors, newest first, gone ones included.
local keys = space(ARGV[1])
local at, left = ARGV[2], tonumber(ARGV[3])
local rows = {}
while at and left > 0 do
  local head = load(keys, at)
  if not head then return {false, rows} end
  table.insert(rows, shown(keys, at, head))
  at, left = head.above, left - 1
end
return {at, rows}
