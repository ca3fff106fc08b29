# Sums up surefire's XML reports: what was skipped and why, then "N passed, N failed, N skipped" as the last line.
function attribute(name,    text) {
    if (!match($0, " " name "=\"[^\"]*\"")) return ""
    text = substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
    gsub(/&#10;|&#13;/, " ", text); gsub(/&quot;/, "\"", text); gsub(/&apos;/, "'", text)
    gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&amp;/, "\\&", text)
    return text
}
/<testsuite / {
    tests += attribute("tests")
    bad += attribute("errors") + attribute("failures")
    skipped += attribute("skipped")
}
/<testcase / { name = attribute("classname") "." attribute("name") }
/<skipped/ {
    why = attribute("message")
    if (why == "") why = "no reason given"
    if (!times[why]++) first[why] = name
}
END {
    for (why in times) printf "skipped %d: %s (%s%s)\n", times[why], why, first[why], times[why] > 1 ? ", ..." : ""
    printf "%d passed, %d failed, %d skipped\n", tests - bad - skipped, bad, skipped
    exit bad > 0
}
