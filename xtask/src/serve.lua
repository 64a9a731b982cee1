-- Asks for one address after the other of the file that ADDRESSES names, in an order of its own but always the same.
local addresses = {}
for line in io.lines(os.getenv("ADDRESSES")) do
   addresses[#addresses + 1] = line
end

local at = 7
request = function()
   at = (at * 1103515245 + 12345) % 2147483648
   local place = math.floor(at / 2147483648 * #addresses) + 1
   return wrk.format("GET", addresses[place])
end

-- Milliseconds that a connection waits before its next request, as people come: PAUSE in the middle, none or twice as
-- much as well.
local pause = tonumber(os.getenv("PAUSE"))
if pause > 0 then
   delay = function()
      return math.random(0, 2 * pause)
   end
end

-- Requests a second, milliseconds at the middle and for 99 of 100, answers that are none, connections that failed.
done = function(summary, latency, requests)
   local errors = summary.errors
   io.write(string.format(
      "measured %.1f %.2f %.2f %d %d\n",
      summary.requests / summary.duration * 1000000,
      latency:percentile(50) / 1000,
      latency:percentile(99) / 1000,
      errors.status,
      errors.connect + errors.read + errors.write + errors.timeout
   ))
end
