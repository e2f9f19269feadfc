-- What all scripts share. KEYS[1] is the scope's own key, with its name as the hash tag: every key below has the same tag, so the whole
-- scope lies in one slot. Of each kind there are
--   heads:    hash, id -> what is told of a row but its bytes (see `save`)
--   bodies, digests: hash, id -> bytes
--   children: hash, id -> how many rows in `heads` have it as their parent
--   live:     sorted set of ids by order, of the rows that are not gone
--   groups:   sorted set without scores: group, order and id of those that have a group
--   due:      sorted set of ids by expiry, of those that expire
--   look:     sorted set of ids by order, of the gone rows that the next sweep looks at
-- and of the scope: `spaces` (hash, kind -> newest order), `logs` (set of names), `log:NAME` (list), `tallies` (hash), `kept` (see `touch`).

local base = KEYS[1]
local PARTS = {'heads', 'bodies', 'digests', 'children', 'live', 'groups', 'due', 'look'}
local KEEP = 90 * 24 * 3600 -- seconds that a scope outlives its last write

local function space(kind)
  local keys = {spaces = base .. ':spaces'}
  for _, part in ipairs(PARTS) do
    keys[part] = base .. ':' .. part .. ':' .. kind
  end
  return keys
end

-- A value that may be none: '' is none, '+value' the value.
local function maybe(given)
  if given == '' then return false end
  return string.sub(given, 2)
end

-- Orders are whole numbers below 2^53, told with all their digits.
local function digits(order)
  return string.format('%016.0f', order)
end

local function load(keys, id)
  local packed = redis.call('HGET', keys.heads, id)
  if not packed then return nil end
  local head = cmsgpack.unpack(packed)
  return {version = head[1], order = head[2], gone = head[3], above = head[4], parent = head[5], group = head[6], expires = head[7]}
end

local function save(keys, id, head)
  local packed = cmsgpack.pack({head.version, head.order, head.gone, head.above, head.parent, head.group, head.expires})
  redis.call('HSET', keys.heads, id, packed)
end

-- The row as it is answered: id, body, digest, parent, group, expires, gone, version, order; what is none is nil.
local function shown(keys, id, head)
  return {
    id, redis.call('HGET', keys.bodies, id), redis.call('HGET', keys.digests, id), head.parent, head.group, head.expires,
    head.gone and 1 or 0, head.version, digits(head.order),
  }
end

local function group_start(group)
  return #group .. ':' .. group .. ':'
end

local function group_member(id, head)
  return group_start(head.group) .. digits(head.order) .. id
end

-- Make a row gone: it is in no list any more but that of the rows to look at.
local function hide(keys, id, head)
  redis.call('ZREM', keys.live, id)
  redis.call('ZREM', keys.due, id)
  if head.group then redis.call('ZREM', keys.groups, group_member(id, head)) end
  redis.call('ZADD', keys.look, digits(head.order), id)
  head.gone = true
  save(keys, id, head)
end

local function every_key()
  local all = {base .. ':spaces', base .. ':logs', base .. ':tallies', base .. ':kept'}
  for _, kind in ipairs(redis.call('HKEYS', base .. ':spaces')) do
    for _, key in pairs(space(kind)) do table.insert(all, key) end
  end
  for _, log in ipairs(redis.call('SMEMBERS', base .. ':logs')) do
    table.insert(all, base .. ':log:' .. log)
  end
  return all
end

-- The engine's own expiry is the broom behind scopes that everybody left: the keys of a scope that is written to stay for at least half of
-- KEEP. In the second half a write renews them all; until then only what it made new (among `keys`) is given its time.
local function touch(keys)
  if redis.call('TTL', base .. ':kept') < KEEP / 2 then
    redis.call('SET', base .. ':kept', '', 'EX', KEEP)
    for _, key in ipairs(every_key()) do redis.call('EXPIRE', key, KEEP) end
  end
  for _, key in pairs(keys) do
    if redis.call('TTL', key) == -1 then redis.call('EXPIRE', key, KEEP) end
  end
end
