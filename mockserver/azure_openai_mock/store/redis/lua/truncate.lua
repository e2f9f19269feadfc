-- (log): 1.
redis.call('UNLINK', base .. ':log:' .. ARGV[1])
redis.call('SREM', base .. ':logs', ARGV[1])
return 1
