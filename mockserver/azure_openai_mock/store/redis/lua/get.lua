-- (kind, id): the row, or nil where there is none or it is gone.
local keys = space(ARGV[1])
local head = load(keys, ARGV[2])
if not head or head.gone then return false end
return shown(keys, ARGV[2], head)
