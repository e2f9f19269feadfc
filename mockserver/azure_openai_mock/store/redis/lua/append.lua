-- (log, entry, most entries): 1.
local key = base .. ':log:' .. ARGV[1]
redis.call('RPUSH', key, ARGV[2])
redis.call('LTRIM', key, -tonumber(ARGV[3]), -1)
redis.call('SADD', base .. ':logs', ARGV[1])
touch({key, base .. ':logs'})
return 1
