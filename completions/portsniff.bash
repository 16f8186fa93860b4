# bash completion for portsniff                           -*- shell-script -*-
# Made from portsniff's option table; do not edit.

_portsniff()
{
    local cur=${COMP_WORDS[COMP_CWORD]}
    local option=${COMP_WORDS[COMP_CWORD - 1]}

    # bash cuts words at "=", so --view=po arrives as three of them.
    if [[ $cur == "=" ]]; then
        cur=""
    elif [[ $option == "=" ]]; then
        option=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    COMPREPLY=()
    case $option in
    -r|--read)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    -i|--interface)
        mapfile -t COMPREPLY < <(compgen -W "any $(cd /sys/class/net && echo *)" -- "$cur")
        return
        ;;
    --reader)
        mapfile -t COMPREPLY < <(compgen -W 'auto native libpcap' -- "$cur")
        return
        ;;
    -c|--count)
        return
        ;;
    -a|--duration)
        return
        ;;
    -s|--snapshot-length)
        return
        ;;
    -B|--buffer-size)
        return
        ;;
    -t|--interval)
        return
        ;;
    --tunnels)
        mapfile -t COMPREPLY < <(compgen -W 'inner outer' -- "$cur")
        return
        ;;
    --tunnel-port)
        compopt -o nospace 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -W 'vxlan= geneve= gtpu= teredo=' -- "$cur")
        return
        ;;
    --fragments)
        mapfile -t COMPREPLY < <(compgen -W 'credit header' -- "$cur")
        return
        ;;
    --max-memory)
        return
        ;;
    --threads)
        return
        ;;
    --view)
        compopt -o nospace 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -P "${cur%"${cur##*,}"}" -W 'summary services findings flows ephemeral ports pairs ranges hosts timeline tunnels ledger' -- "${cur##*,}")
        return
        ;;
    --local)
        return
        ;;
    --top)
        return
        ;;
    --sort)
        mapfile -t COMPREPLY < <(compgen -W 'bytes packets flows clients port' -- "$cur")
        return
        ;;
    -f|--format)
        mapfile -t COMPREPLY < <(compgen -W 'text json jsonl csv' -- "$cur")
        return
        ;;
    -o|--output)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    --services)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    --units)
        mapfile -t COMPREPLY < <(compgen -W 'human exact' -- "$cur")
        return
        ;;
    --color)
        mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur")
        return
        ;;
    -w|--write)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    --rotate-size)
        return
        ;;
    --rotate-time)
        return
        ;;
    --rotate-count)
        return
        ;;
    --rotate-keep)
        return
        ;;
    --compress)
        mapfile -t COMPREPLY < <(compgen -W 'none gzip zstd' -- "$cur")
        return
        ;;
    --comment)
        return
        ;;
    --sandbox)
        mapfile -t COMPREPLY < <(compgen -W 'auto strict off' -- "$cur")
        return
        ;;
    --user)
        return
        ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '-r --read -i --interface -D --list-interfaces --reader -c --count -a --duration -s --snapshot-length -B --buffer-size --promiscuous --immediate -t --interval --tunnels --tunnel-port --fragments --max-memory --threads --view --local --top --sort -f --format -o --output -n --numeric --services --units --color --self -w --write --rotate-size --rotate-time --rotate-count --rotate-keep --compress --comment --sandbox --show-sandbox --user -q --quiet -p -h --help -V --version' -- "$cur")
    fi
}

complete -F _portsniff portsniff
