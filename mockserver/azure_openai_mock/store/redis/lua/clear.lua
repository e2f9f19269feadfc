-- (): nothing of the scope is left; the engine frees what it held behind the scenes.
for _, key in ipairs(every_key()) do redis.call('UNLINK', key) end
return 1
