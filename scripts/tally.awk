# Sums up surefire's XML reports: what was skipped and why, then "N passed, N failed, N skipped" as the last line.
function attribute(name,    at) {
    if (!match($0, " " name "=\"[^\"]*\"")) return ""
    at = substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
    gsub(/&#10;|&#13;/, " ", at); gsub(/&quot;/, "\"", at); gsub(/&apos;/, "'", at)
    gsub(/&lt;/, "<", at); gsub(/&gt;/, ">", at); gsub(/&amp;/, "\\&", at)
    return at
}
/<testsuite / { tests += attribute("tests"); bad += attribute("errors") + attribute("failures"); skipped += attribute("skipped") }
/<testcase / { name = attribute("classname") "." attribute("name") }
/<skipped/ { why = attribute("message"); reasons[why == "" ? "no reason given" : why]++; if (!((why == "" ? "no reason given" : why) in first)) first[why == "" ? "no reason given" : why] = name }
END {
    for (why in reasons) printf "skipped %d: %s (%s%s)\n", reasons[why], why, first[why], reasons[why] > 1 ? ", ..." : ""
    printf "%d passed, %d failed, %d skipped\n", tests - bad - skipped, bad, skipped
    exit bad > 0
}
