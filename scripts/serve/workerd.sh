#!/bin/sh
# Stands before the runtime, so that none is ever left behind.
#
#   workerd.sh serve …       notes its own process in $GAVEL_RUNTIMES, then becomes the runtime: same process, same number
#   workerd.sh watch <file>  waits until its input ends, that is until the server is gone, however it went; then ends every
#                            process noted in the file that is still the one that was noted
#
# A note is a line "<pid> <start time>", as scripts/serve/processes.ts reads it.

started_at() {
  if [ -r "/proc/$1/stat" ]; then
    read -r line <"/proc/$1/stat" || return 1
    set -- ${line##*) }
    echo "${20}"
  else
    set -- $(LC_ALL=C ps -o lstart= -p "$1")
    echo "$*"
  fi
}

if [ "$1" = watch ]; then
  trap '' INT TERM HUP
  while read -r _; do :; done
  [ -f "$2" ] || exit 0
  while read -r pid started; do
    [ "$(started_at "$pid" 2>/dev/null)" = "$started" ] && kill -9 "$pid" 2>/dev/null
  done <"$2"
  rm -f "$2"
  exit 0
fi

# A server that is stopping wants no new runtime for the one that it has just ended.
[ -z "$GAVEL_STOPPING" ] || exit 1
echo "$$ $(started_at $$)" >>"$GAVEL_RUNTIMES"
# Ctrl-C reaches every process of the terminal; the server ends the runtime itself, after the requests that it is at.
trap '' INT HUP
exec "$GAVEL_WORKERD" "$@"
