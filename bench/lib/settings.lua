-- Point selects as text by clients in groups: each group has its own session settings and user variables, which only its own statements may run under.
-- They are written like those of an application behind a driver, and read in every hundredth statement.
require("oltp_common")
sysbench.cmdline.options.groups = {"How many groups of clients, each with its own settings", 2}

local group, events = 0, 0

function thread_init()
   group = sysbench.tid % sysbench.opt.groups
   drv = sysbench.sql.driver()
   con = drv:connect()
   con:query(string.format("SET SESSION time_zone = '+0%d:00', sql_mode = 'STRICT_TRANS_TABLES%s', group_concat_max_len = %d", group + 1,
      group == 0 and ",NO_ZERO_DATE" or "", 2048 + group))
   con:query(string.format("SET @tenant = %d, @shard = 'shard-%d'", group, group))
end

function prepare_statements() end

function event()
   events = events + 1
   con:query(string.format("SELECT c FROM sbtest1 WHERE id = %d", sysbench.rand.uniform(1, sysbench.opt.table_size)))
   if events % 100 == 0 then
      local row = con:query("SELECT @tenant, @@time_zone"):fetch_row()
      if row[1] ~= tostring(group) or row[2] ~= string.format("+0%d:00", group + 1) then
         error("session of group " .. group .. " sees " .. row[1] .. " and " .. row[2])
      end
   end
end
