-- One event is what a connection-per-request client does: log in, one query, quit.

function thread_init()
  driver = sysbench.sql.driver()
end

function event()
  local connection = driver:connect()
  connection:query("SELECT 1")
  connection:disconnect()
end
