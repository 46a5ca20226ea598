# Runs one server for a test process, and never outlives it: standard input is a
# pipe whose other end only the test process holds. However that process ends,
# the pipe closes, `read` returns, the server is stopped and its directory goes.
#
#   sh -c "$(cat supervisor.sh)" supervisor DIRECTORY PREPARE STOP_SIGNAL SERVER ARGUMENT…
#
# Orders are lines on standard input: start, stop, freeze, thaw. The file `pid`
# is there while a server was started and not yet stopped.
directory=$1 prepare=$2 stop_signal=$3
shift 3
server=

# A Ctrl-C meant for the tests must not end the supervisor before it cleaned up.
# (A trap with a command, unlike an ignored signal, is not handed to children.)
trap : HUP INT TERM

start() {
    "$@" </dev/null >>log 2>&1 &
    server=$!
    echo "$server" >pid.new && mv pid.new pid
}

# The parent comes first, or it would go on making children.
signal_family() {
    children=
    read -r children <"/proc/$server/task/$server/children"
    kill -s "$1" "$server"
    for child in $children; do kill -s "$1" "$child"; done
}

has_ended() {
    read -r status <"/proc/$server/stat" || return 0
    case $status in *") Z "*) return 0 ;; esac
    return 1
}

stop() {
    [ -n "$server" ] || return 0
    signal_family CONT
    kill -s "$stop_signal" "$server"
    tries=0
    until has_ended; do
        # One that has not stopped after some ten seconds is killed.
        [ "$tries" -lt 400 ] || kill -s KILL "$server"
        tries=$((tries + 1))
        sleep 0.025
    done
    wait "$server"
    server=
    rm -f pid
}

mkdir -m 700 "$directory" && cd "$directory" || exit 1
if eval "$prepare" </dev/null >>log 2>&1; then
    while read -r order; do
        case $order in
        start) start "$@" ;;
        stop) stop 2>>log ;;
        freeze) signal_family STOP 2>>log ;;
        thaw) signal_family CONT 2>>log ;;
        esac
    done
    stop 2>>log
else
    # The log is kept until the test process has read it and hung up.
    touch failed
    while read -r order; do :; done
fi
cd / && rm -rf -- "$directory"
