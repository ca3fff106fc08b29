# Sourced by ./tenon. build_what_is_stale ROOT HOME PEERS leaves a built Tenon under HOME (the folder .tenon):
#   app           the name of the folder below that holds the newest build
#   app-*/cli     the jars of the command line;  app-*/bench  those of the benchmarks
#   app-*/peers   those of the programs that benchmarks stand beside; only where PEERS is not empty
#   stamp         as old as the start of that build
#   build/        Maven's working folders, apart from the modules' target/;  build.log  what Maven said
#   lock          a link to the process id of whoever builds now

# Folders count too, so that a deleted source is seen. target/ lies outside the folders looked at.
is_stale() {
    local app
    [ -f "$2/app" ] && [ -f "$2/stamp" ] || return 0
    read -r app < "$2/app"
    [ -z "$3" ] || [ -d "$2/$app/peers" ] || return 0
    [ -n "$(find "$1/pom.xml" "$1/.mvn" "$1"/*/pom.xml "$1"/*/src/main -newer "$2/stamp" 2>&1 | head -n 1)" ]
}

build_what_is_stale() {
    local root=$1 home=$2 peers=${3-} status
    is_stale "$root" "$home" "$peers" || return 0
    mkdir -p "$home" || return 2
    lock "$home/lock"
    trap 'rm -f "$home/lock"' EXIT
    status=0
    # another start may have built while this one waited
    if is_stale "$root" "$home" "$peers"; then
        build "$root" "$home" "$peers" || status=2
    fi
    rm -f "$home/lock"
    trap - EXIT
    return $status
}

# A link is made with its content in one step, so a lock always names its owner.
lock() {
    local owner waiting=no
    until ln -s "$$" "$1" 2> /dev/null; do
        owner=$(readlink "$1") || continue
        if kill -0 "$owner" 2> /dev/null; then
            [ $waiting = yes ] || echo "Another start is building Tenon (process $owner); waiting for it…" >&2
            waiting=yes
            sleep 0.2
        elif ln -s "$$" "$1.break" 2> /dev/null; then
            # the owner died. Only one may break its lock, and only if it is still that lock.
            [ "$(readlink "$1")" = "$owner" ] && rm -f "$1"
            rm -f "$1.break"
        else
            sleep 0.2
        fi
    done
}

build() {
    local root=$1 home=$2 profiles=launch programs="cli bench" program app old folder
    if [ -n "$3" ]; then
        profiles=launch,peers
        programs="$programs peers"
        [ -d "$home/natives" ] || echo "The peers OpenBLAS and libtorch are fetched now, once: 110 MB." >&2
    fi
    if ! command -v mvn > /dev/null; then
        echo "tenon: no Maven on PATH, which builds Tenon on the first start; install one (Debian: apt install maven," \
            "macOS: brew install maven, SDKMAN: sdk install maven)" >&2
        return 2
    fi
    if [ -f "$home/app" ]; then
        echo "Building Tenon (its sources changed)…" >&2
    else
        echo "Building Tenon (first start, about a minute)…" >&2
    fi
    touch "$home/stamp.new"
    if ! (cd "$root" && mvn -B -q -P $profiles package) > "$home/build.log" 2>&1 < /dev/null; then
        grep '^\[ERROR\]' "$home/build.log" | grep -v -e 'Help 1' -e '^\[ERROR\] *$' | head -n 20 >&2
        echo "tenon: the build failed; the whole log is $home/build.log" >&2
        return 2
    fi
    app=app-$(date +%s)-$$
    for program in $programs; do
        mkdir -p "$home/$app/$program" &&
            cp "$home/build/tenon-$program/lib"/*.jar "$home/build/tenon-$program/tenon-$program"-*.jar "$home/$app/$program/" ||
            return 2
    done
    # a running Tenon keeps the jars it started with: the build before this one stays
    read -r old 2> /dev/null < "$home/app"
    for folder in "$home"/app-*; do
        case ${folder##*/} in
            "$app" | "${old:-none}") ;;
            *) rm -rf "$folder" ;;
        esac
    done
    echo "$app" > "$home/app.new" && mv "$home/app.new" "$home/app" && mv "$home/stamp.new" "$home/stamp"
}
