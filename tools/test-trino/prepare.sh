#!/bin/sh
# Brings the jars of a Trino server (pom.xml) into .vitrine/trino: from Maven's own cache where they are there, else by way of
# Maven. Instant when all is there already. Needs openjdk-17-jdk-headless and maven.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
tools=$root/tools/test-trino
folder=$root/.vitrine/trino
mkdir -p "$folder"
# Test files that start together wait for the first of them.
exec 9>"$folder/prepare.lock"
flock 9

if cat "$tools/pom.xml" "$tools/StartServer.java" | cmp -s - "$folder/ready"; then
  exit 0
fi

echo "Preparing a Trino server in .vitrine/trino" >&2
for program in mvn javac; do
  command -v "$program" >/dev/null || {
    echo 'The packages openjdk-17-jdk-headless and maven are needed: apt-get install openjdk-17-jdk-headless maven' >&2
    exit 1
  }
done
rm -rf "$folder/jars" "$folder/plugin" "$folder/classes" "$folder/ready"
copy_jars() {
  mvn --batch-mode --quiet --file "$tools/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$folder/jars" "$@"
}
copy_jars --offline >/dev/null 2>&1 || copy_jars
javac -cp "$folder/jars/*" -d "$folder/classes" "$tools/StartServer.java"
# A plugin is a folder of its own jars. Which class it is is told by a file that only Trino's own packaging adds.
services=$folder/plugin/memory/services/META-INF/services
mkdir -p "$services"
echo io.trino.plugin.memory.MemoryPlugin >"$services/io.trino.spi.Plugin"
for jar in "$folder"/jars/*.jar; do
  ln -s "../../jars/${jar##*/}" "$folder/plugin/memory/"
done
cat "$tools/pom.xml" "$tools/StartServer.java" >"$folder/ready"
