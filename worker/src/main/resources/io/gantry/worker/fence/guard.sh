# Ends containers whose worker has not renewed its lease in time, also while the worker cannot.
# Everything is counted in hundredths of a second since the machine began to run.
fence=$1
trap '' HUP INT TERM

# Prints nothing; sets now.
look_at_time() {
    read -r up _ </proc/uptime
    now=${up%.*}${up#*.}
}

# Sets renewed. Reads until two readings agree, as it is written in place.
look_at_lease() {
    renewed=0
    while :; do
        read -r first _ 2>/dev/null <"$fence/renewed" || return 0
        read -r second _ 2>/dev/null <"$fence/renewed" || return 0
        if [ "$first" = "$second" ]; then
            renewed=${first:-0}
            return 0
        fi
    done
}

# Kills the processes of a session; $1 is the directory in which its first process is noted down.
end_process() {
    read -r line 2>/dev/null <"$1/stat" || return 0
    session=${line%% *}
    case $session in '' | 0 | 1 | *[!0-9]*) return 0 ;; esac
    set -- ${line##*) }
    began=${20}
    if read -r line 2>/dev/null <"/proc/$session/stat"; then
        set -- ${line##*) }
        [ "${20}" = "$began" ] || return 0
    fi
    for stat in /proc/[0-9]*/stat; do
        read -r line 2>/dev/null <"$stat" || continue
        set -- ${line##*) }
        if [ "$4" = "$session" ] && [ "$1" != Z ]; then
            kill -s KILL "${line%% *}" 2>/dev/null && ended=yes
        fi
    done
}

# Kills the processes of a container; $1 is its id, which is part of the name of its cgroup. Anything
# but a whole id would be part of the names of others too, and nothing at all of every one.
end_cgroup() {
    case $1 in *[!0-9a-f]*) return 0 ;; esac
    [ "${#1}" -eq 64 ] || return 0
    for file in $(grep -lsF -- "$1" /proc/[0-9]*/cgroup); do
        pid=${file#/proc/}
        kill -s KILL "${pid%/cgroup}" 2>/dev/null && ended=yes
    done
}

# Whether this is the one guard. Another one that was started later takes its place.
is_owner() {
    read -r owner 2>/dev/null <"$fence/guard" || owner=
    [ "$owner" = $$ ] && return 0
    [ "$rounds" -lt 4 ] && return 0
    [ -n "$owner" ] && kill -s 0 "$owner" 2>/dev/null && return 1
    printf '%s\n' $$ >"$fence/guard"
}

# The file that names this guard goes first: whoever adds a container after that starts another.
leave_if_idle() {
    rm -f "$fence/guard"
    for task in "$fence"/tasks/*; do
        if [ -f "$task" ]; then
            printf '%s\n' $$ >"$fence/guard"
            return 0
        fi
    done
    exit 0
}

rounds=0
over=0
while [ -d "$fence/tasks" ]; do
    is_owner || exit 0
    ended=
    guarded=
    look_at_lease
    look_at_time
    for task in "$fence"/tasks/*; do
        read -r lease kind target 2>/dev/null <"$task" || continue
        guarded=yes
        if [ $((now - renewed)) -ge "$lease" ]; then
            case $kind in
                process) end_process "$target" ;;
                cgroup) end_cgroup "$target" ;;
            esac
        else
            ended=later
        fi
    done
    if [ -z "$guarded" ] && [ "$rounds" -ge 4 ]; then leave_if_idle; fi
    # Ten minutes after the last container has ended nobody is going to renew anything here; a
    # worker that is back starts another guard.
    if [ -n "$ended" ]; then over=0; else over=$((over + 1)); fi
    if [ "$over" -gt 1200 ]; then
        rm -f "$fence/guard"
        exit 0
    fi
    rounds=$((rounds + 1))
    sleep 0.5 2>/dev/null || sleep 1
done
