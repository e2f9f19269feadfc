-- (): kind, how many rows are not gone, kind, …; nil where the scope holds no row.
local kinds = redis.call('HKEYS', base .. ':spaces')
if #kinds == 0 then return false end
local counted = {}
for _, kind in ipairs(kinds) do
  table.insert(counted, kind)
  table.insert(counted, redis.call('ZCARD', space(kind).live))
end
return counted
