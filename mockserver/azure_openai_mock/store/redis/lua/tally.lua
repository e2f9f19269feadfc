-- (name, window or '', amount): the counter's new value. A counter is kept as its window and its value.
local key, name, amount = base .. ':tallies', ARGV[1], tonumber(ARGV[3])
local held = redis.call('HGET', key, name)
local value = 0
if held then
  local window, counted = unpack(cmsgpack.unpack(held))
  if window == ARGV[2] then value = counted end
end
value = value + amount
if amount ~= 0 then
  redis.call('HSET', key, name, cmsgpack.pack({ARGV[2], value}))
  touch({key})
end
return value
