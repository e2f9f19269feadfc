-- (kind, now, most rows): {dropped, 1 where more is to be done}. First what is due goes; when nothing is, gone rows without children are
-- dropped, newest first, so that children go before their parents.
local kind, limit = ARGV[1], tonumber(ARGV[3])
local keys = space(kind)

local due = redis.call('ZRANGEBYSCORE', keys.due, '-inf', ARGV[2], 'LIMIT', 0, limit)
for _, id in ipairs(due) do hide(keys, id, load(keys, id)) end
if #due > 0 then
  touch({keys.look})
  return {0, 1}
end

local dropped = 0
for _ = 1, limit do
  local id = redis.call('ZPOPMAX', keys.look)[1]
  if not id then
    if redis.call('EXISTS', keys.heads) == 0 then redis.call('HDEL', base .. ':spaces', kind) end
    return {dropped, 0}
  end
  if redis.call('HEXISTS', keys.children, id) == 0 then
    local above = load(keys, id).above
    for _, part in ipairs({'heads', 'bodies', 'digests'}) do redis.call('HDEL', keys[part], id) end
    dropped = dropped + 1
    if above and redis.call('HINCRBY', keys.children, above, -1) == 0 then
      redis.call('HDEL', keys.children, above)
      local parent = load(keys, above)
      if parent.gone then
        redis.call('ZADD', keys.look, digits(parent.order), above)
        touch({keys.look})
      end
    end
  end
end
return {dropped, 1}
