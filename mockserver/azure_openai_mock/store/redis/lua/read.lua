-- (log, most entries or ''): the entries, oldest first.
if ARGV[2] == '0' then return {} end
return redis.call('LRANGE', base .. ':log:' .. ARGV[1], ARGV[2] == '' and 0 or '-' .. ARGV[2], -1)
