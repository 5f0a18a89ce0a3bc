-- The last line of wrk's output: what it counted, as JSON.
function done(summary, latency, _)
    local errors = summary.errors
    local failures = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    io.write(string.format(
        '{"answers":%d,"microseconds":%d,"median":%.1f,"failures":%d}\n',
        summary.requests, summary.duration, latency:percentile(50), failures
    ))
end
