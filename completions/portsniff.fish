# fish completion for portsniff
# Made from portsniff's option table; do not edit.

complete -c portsniff -f
complete -c portsniff -s r -l read -r -F -d 'capture file, directory, or - for standard input'
complete -c portsniff -l reader -x -a 'auto native libpcap' -d 'reader'
complete -c portsniff -s c -l count -x -d 'stop after N packets'
complete -c portsniff -s t -l interval -x -d 'also a summary every TIME: 10, 10s, 500ms, 1m, 1h'
complete -c portsniff -l tunnels -x -a 'inner outer' -d 'ports that count'
complete -c portsniff -l tunnel-port -x -a 'vxlan= geneve= gtpu= teredo=' -d 'tunnel at PORT'
complete -c portsniff -l fragments -x -a 'credit header' -d 'later fragments'
complete -c portsniff -l view -x -a '(__fish_append , summary services findings flows ephemeral ports pairs ranges hosts timeline tunnels ledger)' -d 'tables'
complete -c portsniff -l top -x -d 'rows per table, 0 for all'
complete -c portsniff -l sort -x -a 'bytes packets flows clients port' -d 'by'
complete -c portsniff -s f -l format -x -a 'text json jsonl csv' -d 'output'
complete -c portsniff -s o -l output -r -F -d 'write the report to FILE'
complete -c portsniff -s n -l numeric -d 'no service names'
complete -c portsniff -l services -r -F -d 'service names from FILE first'
complete -c portsniff -l units -x -a 'human exact' -d 'numbers'
complete -c portsniff -l color -x -a 'auto always never' -d 'colours'
complete -c portsniff -s q -l quiet -d 'no progress line'
complete -c portsniff -s p -d 'changes nothing'
complete -c portsniff -s h -l help -d 'this help'
complete -c portsniff -s V -l version -d 'version'
