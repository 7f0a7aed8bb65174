#!/usr/bin/env bash
# Lets a distribution live shortly and keeps what its JVMs have learned, which lets later ones start
# in half the time: train.sh JAVA_HOME DISTRIBUTION SCRATCH. What the JVMs have learned holds for
# exactly this Java, these jars and their times.
set -euo pipefail

java_home=$1 distribution=$2 scratch=$3
port=$((20000 + RANDOM % 1000 * 10))
java=("$java_home/bin/java" "@$distribution/jvm/launcher.args")
status=0

export GANTRY_HOME=$scratch GANTRY_TRAINING=yes
"${java[@]}" "-XX:AOTCacheOutput=$distribution/launcher.aot.new" -jar "$distribution/lib/gantry.jar" \
    quickstart --nodes 1 --workers 1 --port "$port" --engine "${GANTRY_TRAINING_ENGINE:-auto}" ||
    status=$?
"${java[@]}" -jar "$distribution/lib/gantry.jar" down --wipe || status=$?

for kind in launcher control-plane worker; do
    if [ -f "$distribution/$kind.aot.new" ]; then
        mv -- "$distribution/$kind.aot.new" "$distribution/$kind.aot"
    fi
done
rm -rf -- "$scratch" "$distribution"/*.aot.new "$distribution"/*.config
exit "$status"
