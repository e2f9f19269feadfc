-- (kind, group, id to go on after, order to go on after or '', most rows, 1 for descending): rows that are not gone.
local keys = space(ARGV[1])
local group, after, beyond, limit, descending = maybe(ARGV[2]), maybe(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6] == '1'

if after then
  local head = load(keys, after)
  if not head then return {} end
  beyond = head.order
end

local ids = {}
if group then
  local start = group_start(group)
  local low, high = '[' .. start, '(' .. start .. ':' -- a colon comes after every digit
  if beyond and descending then high = '(' .. start .. digits(beyond) end
  if beyond and not descending then low = '[' .. start .. digits(beyond + 1) end
  local found
  if descending then
    found = redis.call('ZREVRANGEBYLEX', keys.groups, high, low, 'LIMIT', 0, limit)
  else
    found = redis.call('ZRANGEBYLEX', keys.groups, low, high, 'LIMIT', 0, limit)
  end
  for _, member in ipairs(found) do table.insert(ids, string.sub(member, #start + 17)) end
elseif descending then
  ids = redis.call('ZREVRANGEBYSCORE', keys.live, beyond and '(' .. digits(beyond) or '+inf', '-inf', 'LIMIT', 0, limit)
else
  ids = redis.call('ZRANGEBYSCORE', keys.live, beyond and '(' .. digits(beyond) or '-inf', '+inf', 'LIMIT', 0, limit)
end

local rows = {}
for _, id in ipairs(ids) do table.insert(rows, shown(keys, id, load(keys, id))) end
return rows
