#!/bin/sh
# Ends the processes of a stack whose starter is gone, however it went (even kill -9, even the terminal's window).
# The starter holds the other end of stdin and writes "+ SIGNAL PID" and "- PID"; end of file means that it died.
trap '' INT TERM HUP

children=''
while read -r sign first second; do
  case $sign in
    +) children="$second:$first $children" ;;
    -) children=$(for child in $children; do [ "${child%%:*}" = "$first" ] || printf '%s ' "$child"; done) ;;
  esac
done

# Youngest first: services before the broker and the database they still talk to.
for child in $children; do kill -s "${child##*:}" "${child%%:*}" 2>/dev/null; done
for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
  alive=''
  for child in $children; do kill -0 "${child%%:*}" 2>/dev/null && alive="$alive ${child%%:*}"; done
  [ -z "$alive" ] && exit 0
  sleep 1
done
kill -s KILL $alive 2>/dev/null
