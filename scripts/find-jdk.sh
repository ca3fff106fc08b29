# Sourced by ./tenon and ./check. find_jdk sets JAVA_HOME to a JDK 25 or says in one line what is missing and returns 2.
# A JDK is known by its `release` file, so that nothing is started only to ask for its version.

is_jdk_25() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
    local line
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in
            'JAVA_VERSION="25"'* | 'JAVA_VERSION="25.'* | 'JAVA_VERSION="25-'* | 'JAVA_VERSION="25+'*) return 0 ;;
        esac
    done < "$1/release"
    return 1
}

# The folder above bin/ of the java on PATH, behind all its links (macOS has no readlink -f before 12.3).
java_on_path() {
    local file target
    file=$(command -v java) || return 1
    while [ -L "$file" ]; do
        target=$(readlink "$file")
        case $target in
            /*) file=$target ;;
            *) file=$(dirname "$file")/$target ;;
        esac
    done
    (cd "$(dirname "$file")/.." && pwd -P)
}

find_jdk() {
    local home folders
    if [ -n "${JAVA_HOME-}" ] && is_jdk_25 "$JAVA_HOME"; then
        export JAVA_HOME
        return 0
    fi
    if home=$(java_on_path) && is_jdk_25 "$home"; then
        export JAVA_HOME=$home
        return 0
    fi
    # TENON_JDK_FOLDERS (separated by colons) replaces the folders below, for a JDK in an unusual place
    folders=${TENON_JDK_FOLDERS-/usr/lib/jvm:/usr/java:/opt:/opt/java:/opt/homebrew/opt:/usr/local/opt:/Library/Java/JavaVirtualMachines:$HOME/Library/Java/JavaVirtualMachines:${SDKMAN_DIR:-$HOME/.sdkman}/candidates/java:$HOME/.jdks}
    local IFS=:
    local folder
    for folder in $folders; do
        for home in "$folder"/* "$folder"/*/Contents/Home "$folder"/*/libexec/openjdk.jdk/Contents/Home; do
            if is_jdk_25 "$home"; then
                export JAVA_HOME=$home
                return 0
            fi
        done
    done
    echo "tenon: no JDK 25 in JAVA_HOME, on PATH or in the usual folders; install one (Debian: apt install openjdk-25-jdk," \
        "macOS: brew install openjdk@25, SDKMAN: sdk install java 25-tem) or set JAVA_HOME to it" >&2
    return 2
}
