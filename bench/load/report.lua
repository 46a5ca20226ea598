-- What every script ends with: one line that the harness reads. It stands in LOAD_LIBRARY.

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format(
      "LOAD requests=%d duration_us=%d connect=%d read=%d write=%d timeout=%d status=%d p50_us=%d p99_us=%d\n",
      summary.requests, summary.duration, errors.connect, errors.read, errors.write, errors.timeout, errors.status,
      latency:percentile(50), latency:percentile(99)))
end

-- The lines of the file that this variable names.
function lines_of(variable)
   local lines = {}
   for line in io.lines(os.getenv(variable)) do lines[#lines + 1] = line end
   return lines
end

-- Numbers the threads from nought, as `number` in each.
local threads = 0
function setup(thread)
   thread:set("number", threads)
   threads = threads + 1
end
