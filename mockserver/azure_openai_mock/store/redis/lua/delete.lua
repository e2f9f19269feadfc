-- (kind, id): 1 where there was one that was not gone, else 0.
local keys = space(ARGV[1])
local head = load(keys, ARGV[2])
if not head or head.gone then return 0 end
hide(keys, ARGV[2], head)
touch({keys.look})
return 1
