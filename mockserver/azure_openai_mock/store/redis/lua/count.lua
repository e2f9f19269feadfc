-- (): kind, how many rows are not gone, kind, …
local counted = {}
for _, kind in ipairs(redis.call('HKEYS', base .. ':spaces')) do
  table.insert(counted, kind)
  table.insert(counted, redis.call('ZCARD', space(kind).live))
end
return counted
