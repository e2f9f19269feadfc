-- (kind, id, body, digest, parent, group, expires, expected version or ''): {version, order, parent, 1 where the row is the first of its
-- kind} once stored, or nil for a conflict.
local kind, id = ARGV[1], ARGV[2]
local group, expires, expect = maybe(ARGV[6]), maybe(ARGV[7]), ARGV[8]
local keys = space(kind)
local head = load(keys, id)

if expect ~= '' then
  local version = head and head.version or 0
  if version ~= tonumber(expect) or (head and head.gone) then return false end
end

local first = false
if not head then
  -- Orders are microseconds, so that they are not used again even after the space was emptied and forgotten.
  local time = redis.call('TIME')
  local newest = tonumber(redis.call('HGET', base .. ':spaces', kind))
  local order = math.max(time[1] * 1000000 + time[2], (newest or 0) + 1)
  first = not newest
  redis.call('HSET', base .. ':spaces', kind, digits(order))
  local parent = maybe(ARGV[5])
  local above = parent and parent ~= id and redis.call('HEXISTS', keys.heads, parent) == 1 and parent
  if above then redis.call('HINCRBY', keys.children, above, 1) end
  head = {version = 0, order = order, above = above, parent = parent, group = false}
elseif head.gone then
  redis.call('ZREM', keys.look, id)
elseif head.group and head.group ~= group then
  redis.call('ZREM', keys.groups, group_member(id, head))
end

head.version, head.gone, head.group, head.expires = head.version + 1, false, group, expires
save(keys, id, head)
redis.call('HSET', keys.bodies, id, ARGV[3])
redis.call('HSET', keys.digests, id, ARGV[4])
redis.call('ZADD', keys.live, digits(head.order), id)
if group then redis.call('ZADD', keys.groups, 0, group_member(id, head)) end
if expires then redis.call('ZADD', keys.due, expires, id) else redis.call('ZREM', keys.due, id) end
touch(keys)
return {head.version, digits(head.order), head.parent, first}
